import { createToolWatch } from '../activity/tool-watch.ts'
import type { CodexMessage } from './codex-message.ts'

/** What tells an agent that works from one that hangs, or goes round in circles. */
export interface CodexActivity {
  /** Whether a tool is at work: meanwhile the agent has nothing to say. */
  readonly isWaiting: boolean
  /** @returns how often in a row it has made the call that begins with this message; 0 without one. */
  add(message: CodexMessage): number
}

export function createCodexActivity(): CodexActivity {
  const calls = createToolWatch()
  return {
    get isWaiting() {
      return calls.openCalls > 0
    },
    add(message) {
      if (message.type === 'turn-completed' || message.type === 'turn-failed') calls.allClosed()
      if (message.type !== 'item' || message.item.type !== 'called') return 0
      const { id, stage, item } = message
      // Some kinds of calls are told of at their end alone.
      const isNew = !calls.isOpen(id)
      const repeats = isNew ? calls.opened({ id, conversation: '', ...item.call }) : 0
      if (stage === 'completed') calls.closed(id)
      return repeats
    },
  }
}
