import type { Failure } from '../failures.ts'
import type { TaskId } from '../ids.ts'
import type { TaskStatus } from '../task.ts'
import type { ModelUse } from './model-gateway.ts'

export type EndStatus = Extract<TaskStatus, 'succeeded' | 'failed' | 'canceled'>

/** Which tasks a report is about. */
export interface ReportScope {
  readonly from: Date
  /** Not with it. */
  readonly until: Date
  /** Absent: of all projects, and thoughts. */
  readonly project: string | undefined
}

/** How many tasks of one project ended in one way; thoughts have the project ''. */
export interface EndCount {
  readonly project: string
  readonly status: EndStatus
  readonly count: number
}

/** What a report tells of a task: little of it, for a day has many. */
export interface TaskDigest {
  readonly id: TaskId
  readonly project: string | undefined
  /** The beginning of its prompt. */
  readonly asked: string
  /** The beginning of its answer; absent when there is none. */
  readonly summary: string | undefined
  readonly commit: string | undefined
  readonly costMicroUsd: number | undefined
  readonly failure: Failure | undefined
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
}

/** Reads that cost no more than what they give, but for the counts, which look at an index of all that ended. */
export interface ReportReads {
  endCounts(scope: ReportScope): readonly EndCount[]
  /** The last to end first. */
  ended(scope: ReportScope, status: EndStatus, limit: number): readonly TaskDigest[]
  /** The newest first; with how many there are. */
  open(
    status: Extract<TaskStatus, 'running' | 'waiting'>,
    project: string | undefined,
    limit: number,
  ): { readonly items: readonly TaskDigest[]; readonly count: number }
  /** What the models did for a task, over all of its attempts, by model. */
  usesOf(task: TaskId): readonly ModelUse[]
}
