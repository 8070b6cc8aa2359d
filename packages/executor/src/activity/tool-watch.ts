import { hash } from 'node:crypto'

export interface ToolCall {
  /** What its end is told by. */
  readonly id: string
  /** Whose call it is: calls of a subagent bear the id of the call that has started it. */
  readonly conversation: string
  readonly name: string
  readonly input: unknown
}

/** Watches what an agent's tools are at. Its memory does not grow with the number of calls. */
export interface ToolWatch {
  /** Calls that have not ended. */
  readonly openCalls: number
  isOpen(id: string): boolean
  /** @returns how often its conversation has made this same call in a row: 1 for a new one. */
  opened(call: ToolCall): number
  closed(id: string): void
  /** Whatever had not been told of has ended too. */
  allClosed(): void
}

interface Row {
  readonly call: string
  readonly length: number
}

export function createToolWatch(): ToolWatch {
  const open = new Set<string>()
  const rows = new Map<string, Row>()

  return {
    get openCalls() {
      return open.size
    },
    isOpen: (id) => open.has(id),
    opened({ id, conversation, name, input }) {
      // The end of a call without a name could not be told.
      if (id !== '') open.add(id)
      // An input may be a whole file.
      const call = hash('sha256', JSON.stringify([name, input]))
      const before = rows.get(conversation)
      const length = before?.call === call ? before.length + 1 : 1
      rows.set(conversation, { call, length })
      return length
    },
    closed(id) {
      open.delete(id)
      rows.delete(id)
    },
    allClosed: () => open.clear(),
  }
}
