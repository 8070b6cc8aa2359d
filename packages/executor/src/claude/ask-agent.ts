import type { AgentProcess } from '../process/agent-process.ts'
import type { StreamMessage } from './stream-message.ts'

/** An agent that has not answered by then is taken to be at work. */
const ANSWER_MS = 5000

/** Asks the agent for something of no interest: what it has said before is read before the answer. */
export interface AgentQuestions {
  /** @returns whether it has answered. */
  ask(): Promise<boolean>
  heed(message: StreamMessage): void
  /** Nobody answers any more. */
  end(): void
}

export function createQuestions(agent: Pick<AgentProcess, 'write'>): AgentQuestions {
  const open = new Map<string, (isAnswered: boolean) => void>()
  let hasEnded = false

  return {
    async ask() {
      if (hasEnded) return false
      const id = crypto.randomUUID()
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const timer = setTimeout(() => resolve(false), ANSWER_MS)
      open.set(id, resolve)
      const request = { subtype: 'get_session_cost' }
      agent.write(`${JSON.stringify({ type: 'control_request', request_id: id, request })}\n`)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        open.delete(id)
      }
    },
    heed(message) {
      if (message.type === 'control-answer') open.get(message.requestId)?.(true)
    },
    end() {
      hasEnded = true
      for (const resolve of open.values()) resolve(false)
    },
  }
}
