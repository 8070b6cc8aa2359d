import type { AgentEvent, AgentMessage } from '@sleepless/domain'

import type { AgentProcess } from '../process/agent-process.ts'
import type { StreamMessage } from './stream-message.ts'

/** Tells a running agent what it is sent, and notices what it has been given. */
export interface Steering extends Disposable {
  /** To be called with every message of the agent, in order. */
  heed(message: StreamMessage): readonly AgentEvent[]
  /** Whether it was told something that it has not taken up: interrupted, it would go on with that. */
  hasUnheard(): boolean
  /** Which message a line of the agent's input bore, by the line's id. */
  numberOf(uuid: string): number | undefined
}

export interface SteeringOptions {
  readonly agent: Pick<AgentProcess, 'write' | 'endInput'>
  /** What went with the prompt. */
  readonly first: readonly AgentMessage[]
  readonly later: AsyncIterable<AgentMessage>
}

/**
 * The agent takes up a message after the tool call that runs just then. Its input ends with its first
 * result: what had been written by then, it still works on, in a turn more; what comes later is left
 * to whoever sent it, for the work is about to be committed.
 */
export function startSteering({ agent, first, later }: SteeringOptions): Steering {
  const numbers = new Map<string, number>()
  const unheard = new Set<string>()
  const source = later[Symbol.asyncIterator]()
  let isOver = false
  let isReady = false

  async function forward(): Promise<void> {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      // What is taken and not written stays undelivered, as what was never taken does.
      if (isOver) return
      const { number, text } = next.value
      const uuid = crypto.randomUUID()
      numbers.set(uuid, number)
      unheard.add(uuid)
      agent.write(userLine(text, uuid))
    }
  }

  function end(): void {
    if (isOver) return
    isOver = true
    agent.endInput()
    void source.return?.()
  }

  /** What the agent says at the start of each turn; at the first, it has read its prompt. */
  function beginning(): readonly AgentEvent[] {
    if (isReady) return []
    isReady = true
    return first.map(({ number }) => ({ type: 'heard', number }))
  }

  void forward()
  return {
    heed(message) {
      // What cannot be read may have been the result: an agent whose input is open never ends.
      if (message.type === 'result' || message.type === 'broken') end()
      if (message.type === 'init') return beginning()
      if (message.type !== 'taken-up') return []
      unheard.delete(message.uuid)
      const number = numbers.get(message.uuid)
      return number === undefined ? [] : [{ type: 'heard', number }]
    },
    hasUnheard: () => unheard.size > 0,
    numberOf: (uuid) => numbers.get(uuid),
    [Symbol.dispose]: end,
  }
}

/** One line of the agent's input. */
export function userLine(content: string | readonly string[], uuid?: string): string {
  const blocks =
    typeof content === 'string' ? content : content.map((text) => ({ type: 'text', text }))
  const message = { role: 'user', content: blocks }
  return `${JSON.stringify({ type: 'user', ...(uuid && { uuid }), message })}\n`
}
