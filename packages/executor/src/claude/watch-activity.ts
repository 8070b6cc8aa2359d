import { createToolWatch } from '../activity/tool-watch.ts'
import type { StreamMessage } from './stream-message.ts'

/** What tells an agent that works from one that hangs, or goes round in circles. */
export interface Activity {
  /** Whether a tool is at work, in the background too: meanwhile the agent has nothing to say. */
  readonly isWaiting: boolean
  /** @returns how often in a row the agent, or one of its subagents, has made the call in it; 0 without one. */
  add(message: StreamMessage): number
}

export function createActivity(): Activity {
  const calls = createToolWatch()
  let tasks = 0

  return {
    get isWaiting() {
      return calls.openCalls > 0 || tasks > 0
    },
    add(message) {
      if (message.type === 'assistant') {
        const { blocks, conversation } = message
        const uses = blocks.filter((block) => block.type === 'tool_use')
        return Math.max(0, ...uses.map((use) => calls.opened({ ...use, conversation })))
      }
      if (message.type === 'user') {
        for (const { toolUseId } of message.results) calls.closed(toolUseId)
      } else if (message.type === 'background') {
        tasks = message.tasks
      } else if (message.type === 'result') {
        calls.allClosed()
      }
      return 0
    },
  }
}
