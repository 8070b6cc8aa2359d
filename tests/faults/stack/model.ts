import { setTimeout as pause } from 'node:timers/promises'

import {
  createScriptedModel,
  rateLimitTurn,
  textTurn,
  toolTurn,
  type MessagesBody,
  type MessageTurn,
  type ModelRequest,
  type ScriptedModel,
  type Turn,
} from '@sleepless/testing'
import { z } from 'zod'

import type { EffectLine } from '../check/evidence.ts'

/** The model behind the real agents, which remembers what they did. */
export interface FaultModel extends AsyncDisposable {
  readonly url: string
  /** What agents did, oldest first. */
  readonly effects: readonly EffectLine[]
  /** While set, every request is answered with a limit, which ends soon after. */
  isLimited: boolean
}

const PROMPT = /fault-task (\S+) (\S+) (\d+)/
/** So long a wait that no agent waits for it. */
const HOUR_S = 3600
/** When the quota is there again, as its headers say: whoever is parked goes on then. */
const RESET_S = 3
const RETRY_MS = 300

export async function createFaultModel(): Promise<FaultModel> {
  const effects: EffectLine[] = []
  /** How often a request was refused, by the point of the conversation: one that is not repeats nothing. */
  const refusals = new Map<string, number>()
  const state = { isLimited: false }

  async function script({ body, sessionId, retry }: ModelRequest): Promise<Turn> {
    // All of the conversation: what is said later is a prompt of its own.
    const said = JSON.stringify(body.messages)
    const [, token = 'unknown', mode = 'quick', holdMs = '0'] = PROMPT.exec(said) ?? []
    const attemptId = `att_${sessionId ?? 'unknown'}`
    const isNoted = (step: EffectLine['step']): boolean =>
      effects.some((line) => line.step === step && line.attemptId === attemptId)
    const point = `${attemptId} ${body.messages.length}`
    const refused = refusals.get(point) ?? 0
    const note = (step: EffectLine['step']): void => {
      if (retry === refused) effects.push({ token, attemptId, step })
    }
    if (state.isLimited) {
      refusals.set(point, refused + 1)
      return limitTurn()
    }
    const isTold = said.includes(`fault-message ${token}`)
    if (isTold && !isNoted('told')) note('told')
    const turn = body.messages.filter(({ role }) => role === 'assistant').length
    if (turn === 0) {
      note('began')
      if (mode !== 'quiet') return writeTurn(token, attemptId)
    } else if (mode !== 'quiet' && !isNoted('wrote')) {
      // A full disk, for instance: it tries again, as a real one would.
      if (!hasWritten(body)) return { ...writeTurn(token, attemptId), delayMs: RETRY_MS }
      note('wrote')
    }
    // It had ended, and goes on because of what it was told.
    if (isTold && isNoted('acted')) return textTurn(`done ${token} by ${attemptId}`)
    await pause(Number(holdMs))
    note('acted')
    return textTurn(`done ${token} by ${attemptId}`)
  }

  const model: ScriptedModel = await createScriptedModel({ script, maxRequests: 10 })
  return Object.assign(state, {
    url: model.url,
    effects,
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  })
}

function writeTurn(token: string, attemptId: string): MessageTurn {
  const input = { file_path: `${token}.txt`, content: `${token} by ${attemptId}\n` }
  return toolTurn({ name: 'Write', input })
}

const toolResult = z.object({
  type: z.literal('tool_result'),
  is_error: z.boolean().default(false),
})

/** Whether a tool has been called, and has not failed. */
function hasWritten({ messages }: MessagesBody): boolean {
  return messages
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .some((block: unknown) => toolResult.safeParse(block).data?.is_error === false)
}

function limitTurn(): Turn {
  const resetsAt = Math.ceil(Date.now() / 1000) + RESET_S
  return rateLimitTurn(HOUR_S, { headers: { 'anthropic-ratelimit-unified-reset': `${resetsAt}` } })
}
