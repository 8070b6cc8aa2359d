import type { MirrorEntry, StreamMessage } from './stream-message.ts'

/** Watches at which moments no tool is at work, and the transcript tells of all that were. */
export interface RestWatch {
  add(message: StreamMessage): void
  isAtRest(): boolean
  /** How many tool calls have begun, as far as anybody knows. */
  readonly begun: number
  /** Whether the transcript tells of every call that has begun, though perhaps not how it ended. */
  isTold(): boolean
}

/**
 * The agent says what it does in its output at once, and some 100 ms later in its transcript. So a call is
 * open from the first word of it in either until its end is in the transcript.
 */
export function createRestWatch(): RestWatch {
  const open = new Set<string>()
  const answered = new Set<string>()
  const untold = new Set<string>()
  let begun = 0
  let backgroundAgents = 0

  function begin(id: string): boolean {
    if (open.has(id) || answered.has(id)) return false
    open.add(id)
    begun += 1
    return true
  }

  function addEntry({ calls, answers }: MirrorEntry): void {
    for (const id of calls) {
      begin(id)
      untold.delete(id)
    }
    for (const id of answers) {
      open.delete(id)
      answered.add(id)
    }
  }

  return {
    get begun() {
      return begun
    },
    isTold: () => untold.size === 0,
    isAtRest: () => open.size === 0 && answered.size > 0 && backgroundAgents === 0,
    add(message) {
      // A call of a subagent is part of the call that started it.
      if (message.type === 'assistant' && !message.nested) {
        for (const block of message.blocks) {
          if (block.type === 'tool_use' && begin(block.id)) untold.add(block.id)
        }
      } else if (message.type === 'background') {
        backgroundAgents = message.agents
      } else if (message.type === 'mirror') {
        for (const entry of message.entries) addEntry(entry)
      }
    },
  }
}
