import type { TaskId } from '@sleepless/domain'

export interface PageOptions {
  readonly limit: number
  readonly before?: TaskId
}

/** Ids of tasks of a filter, newest first; of some parts of it perhaps only candidates. */
export interface Candidates {
  readonly ids: readonly TaskId[]
  /** Whether there may be more. */
  readonly isMore: boolean
}
