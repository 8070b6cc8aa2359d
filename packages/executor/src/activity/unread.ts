const MAX_KINDS = 5
const MAX_KIND_CHARACTERS = 60

/** Counts what an agent said that nobody here understands. */
export interface Unread {
  /** JSON of a kind that is not known. */
  unknown(kind: string): void
  /** What could not be read at all, or not as what it says it is. */
  broken(): void
  /** For a person, one line for each; none when all was understood. */
  warnings(): readonly string[]
}

function told(count: number, what: string): string {
  return count === 1 ? `A ${what} of the agent was` : `${count} ${what}s of the agent were`
}

export function createUnread(): Unread {
  const kinds = new Set<string>()
  let unknown = 0
  let broken = 0
  return {
    unknown(kind) {
      unknown += 1
      if (kinds.size < MAX_KINDS) kinds.add(kind.slice(0, MAX_KIND_CHARACTERS).toWellFormed())
    },
    broken() {
      broken += 1
    },
    warnings() {
      const names = [...kinds].join(', ')
      return [
        ...(unknown === 0 ? [] : [`${told(unknown, 'message')} of no known kind: ${names}`]),
        ...(broken === 0 ? [] : [`${told(broken, 'line')} not readable: see the output`]),
      ]
    },
  }
}
