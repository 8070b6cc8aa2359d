import { open } from 'node:fs/promises'

import type { AgentEvent, AgentOrder, SessionMoment } from '@sleepless/domain'

import type { AgentProcess } from '../process/agent-process.ts'
import { createQuestions } from './ask-agent.ts'
import { createRestWatch } from './at-rest.ts'
import type { Steering } from './steering.ts'
import type { MirrorEntry, StreamMessage } from './stream-message.ts'

/** Longer sessions are run all the same, and can't be gone on with elsewhere. */
const MAX_TRANSCRIPT_BYTES = 64 * 2 ** 20

export interface SessionKeeperOptions {
  readonly order: Pick<AgentOrder, 'sessionId' | 'messages' | 'resume'>
  /** Where the transcript goes; what is there already comes before. */
  readonly file: string
  readonly agent: Pick<AgentProcess, 'write'>
  readonly steering: Pick<Steering, 'numberOf'>
  readonly redact: (text: string) => string
}

/** Keeps the transcript of a session as the agent mirrors it, and says when it can be gone on from. */
export interface SessionKeeper extends AsyncDisposable {
  /** To be called with every message of the agent, in order. */
  heed(message: StreamMessage): Promise<readonly AgentEvent[]>
  /** Once the agent has ended: where it got to. */
  rest(): readonly AgentEvent[]
}

export async function openSessionKeeper(options: SessionKeeperOptions): Promise<SessionKeeper> {
  const { order, file, agent } = options
  const handle = await open(file, 'a', 0o600)
  const watch = createRestWatch()
  const questions = createQuestions(agent)
  let { size: sizeBytes } = await handle.stat()
  let heard = order.resume?.heard ?? 0
  let isLost = false

  function momentNow(): SessionMoment {
    const { begun } = watch
    const isStill = async (): Promise<boolean> =>
      watch.begun === begun && (await questions.ask()) && watch.begun === begun && watch.isAtRest()
    return { transcript: { file, sizeBytes }, heard, isStill }
  }

  async function keep(entries: readonly MirrorEntry[]): Promise<readonly AgentEvent[]> {
    const lines = Buffer.from(entries.map(({ line }) => `${options.redact(line)}\n`).join(''))
    if (sizeBytes + lines.length > MAX_TRANSCRIPT_BYTES) {
      return lose(`it is longer than ${MAX_TRANSCRIPT_BYTES} bytes`)
    }
    await handle.appendFile(lines)
    sizeBytes += lines.length
    heard = entries.reduce((last, entry) => Math.max(last, lastHeard(entry, options)), heard)
    return watch.isAtRest() ? [{ type: 'at-rest', moment: momentNow() }] : []
  }

  function lose(why: string): readonly AgentEvent[] {
    if (isLost) return []
    isLost = true
    const message = `From here on, the session can't be gone on with elsewhere: ${why}.`
    return [{ type: 'warned', message }]
  }

  return {
    async heed(message) {
      watch.add(message)
      questions.heed(message)
      if (message.type === 'mirror-cut') return lose('a line of its transcript is too long')
      if (message.type !== 'mirror' || isLost) return []
      return message.sessionId === order.sessionId ? keep(message.entries) : []
    },
    rest() {
      questions.end()
      if (isLost || sizeBytes === 0 || !watch.isTold()) return []
      return [{ type: 'at-rest', moment: { ...momentNow(), isStill: alwaysStill, isLast: true } }]
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

/** Nothing moves any more. */
async function alwaysStill(): Promise<boolean> {
  return true
}

/** The number of the last message that is in an entry; 0 for none. */
function lastHeard(
  { isUser, uuids }: MirrorEntry,
  { order, steering }: Pick<SessionKeeperOptions, 'order' | 'steering'>,
): number {
  const withPrompt = isUser ? (order.messages.at(-1)?.number ?? 0) : 0
  return Math.max(withPrompt, ...uuids.map((uuid) => steering.numberOf(uuid) ?? 0))
}
