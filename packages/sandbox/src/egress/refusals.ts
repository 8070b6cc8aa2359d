/** Somebody who tries every host should not fill a task's history. */
const MAX_TOLD = 20

/** Tells of what is refused: of each host once. */
export interface Refusals {
  add(host: string, message: string): void
}

export function createRefusals(tell: (message: string) => void): Refusals {
  const told = new Set<string>()
  return {
    add(host, message) {
      if (told.has(host) || told.size > MAX_TOLD) return
      told.add(host)
      tell(told.size > MAX_TOLD ? 'More was refused, and is not told of.' : message)
    },
  }
}
