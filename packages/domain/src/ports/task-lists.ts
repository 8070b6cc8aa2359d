import type { TaskId } from '../ids.ts'
import type { Task, TaskKind, TaskStatus } from '../task.ts'

/** What of it is given must all hold. Tasks in the trash are never among those that it finds. */
export interface TaskFilter {
  /** One of these. */
  readonly status?: TaskStatus | readonly TaskStatus[]
  readonly kind?: TaskKind
  readonly project?: string
  readonly parent?: TaskId
  readonly followUpOf?: TaskId
  /** At this moment or later. */
  readonly createdAfter?: Date
  /** Earlier than this. */
  readonly createdBefore?: Date
  /** Words of its prompt, summary or failure, all of them, in any order; the last may be a beginning. */
  readonly q?: string
}

export interface TaskPage {
  readonly tasks: readonly Task[]
  /** Where the next page begins; absent on the last one. */
  readonly next: TaskId | undefined
}

export interface TaskLists {
  /** Newest first; `before` is the last id of the page before. */
  list(filter: TaskFilter, page: ListedPage): readonly Task[]
  /**
   * The same, looking at so many tasks at most that it stays quick: where no index serves all of the
   * filter, a page may hold fewer than the limit although there are more.
   */
  page(filter: TaskFilter, page: ListedPage): TaskPage
}

interface ListedPage {
  readonly limit: number
  readonly before?: TaskId
}

/** A place in the trash. */
export interface TrashPosition {
  readonly trashedAt: Date
  readonly id: TaskId
}

export interface TrashReads {
  /** What was put there last comes first. */
  list(page: { readonly limit: number; readonly before?: TrashPosition }): readonly Task[]
  /** Some of those that were put there before that, the first ones first. */
  olderThan(before: Date, limit: number): readonly TaskId[]
  /** Some tasks that were purged and whose files may still be there. */
  withFiles(limit: number): readonly TaskId[]
}

export interface TrashWrites extends TrashReads {
  /** Does away with the texts of a task, its attempts and its messages; its files are to follow. */
  purge(id: TaskId, at: Date): void
  /** Notes that no files of it are left. */
  noteFilesGone(id: TaskId): void
}

/** Tasks whose texts are new to the search, or have changed. */
export interface SearchNews {
  readonly ids: readonly TaskId[]
  /** Whether they are from before there was a search. */
  readonly areOld: boolean
  /** For whoever indexes them: where it goes on after these. */
  readonly position: unknown
}

export interface SearchReads {
  /** What is to be looked at next; absent when everything can be found. */
  news(limit: number): SearchNews | undefined
}

export interface SearchWrites extends SearchReads {
  /** Lets them be found by what they hold now. */
  index(news: SearchNews): void
}
