/** Something that is not as it should be in a database. */
export interface Problem {
  /** Such as `event 17` or `task tsk_…`. */
  readonly where: string
  readonly what: string
}

/** Keeps as many problems as a person can read, and counts all. */
export interface Problems {
  readonly kept: readonly Problem[]
  readonly count: number
  add(where: string, what: string): void
}

const MAX_KEPT = 20

export function collectProblems(): Problems {
  const kept: Problem[] = []
  let count = 0
  return {
    kept,
    get count() {
      return count
    },
    add(where, what) {
      count += 1
      if (kept.length < MAX_KEPT) kept.push({ where, what })
    },
  }
}
