import { InvalidTransitionError } from './errors.ts'
import type { Failure } from './failures.ts'
import type { AttemptId, TaskId } from './ids.ts'

export const TASK_STATUSES = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'canceled',
] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]
export type TaskKind = 'thought' | 'serious'

export type TaskMove =
  | 'start'
  | 'succeed'
  | 'fail'
  | 'cancel'
  | 'requeue'
  | 'ask-person'
  | 'hear-person'

/** Every legal move. What is absent is illegal; a status with no moves is final. */
export const taskTransitions: Readonly<
  Record<TaskStatus, Readonly<Partial<Record<TaskMove, TaskStatus>>>>
> = {
  queued: { start: 'running', cancel: 'canceled', fail: 'failed', 'ask-person': 'waiting' },
  running: {
    succeed: 'succeeded',
    fail: 'failed',
    cancel: 'canceled',
    requeue: 'queued',
    'ask-person': 'waiting',
  },
  waiting: { 'hear-person': 'queued', cancel: 'canceled', fail: 'failed' },
  succeeded: {},
  failed: {},
  canceled: {},
}

/** @throws {InvalidTransitionError} when `move` cannot happen to a task that is `from`. */
export function transitionTask(from: TaskStatus, move: TaskMove): TaskStatus {
  const to = taskTransitions[from][move]
  if (to === undefined) throw new InvalidTransitionError('task', from, move)
  return to
}

/** A task that is over stays so: asking for more is a follow-up task. */
export function isFinal(status: TaskStatus): boolean {
  return Object.keys(taskTransitions[status]).length === 0
}

export interface TaskResult {
  /** The agent's final answer, shortened for lists; the whole text is in the commit or the output. */
  readonly summary: string
  /** 40 hex digits; absent when a serious task changed nothing. */
  readonly commit: string | undefined
  readonly branch: string | undefined
  readonly pullRequestUrl: string | undefined
  readonly costMicroUsd: number
  /** From the first claim to the end, in milliseconds. */
  readonly durationMs: number
  /** What a person should know although the task succeeded, for instance tools that were withheld. */
  readonly warnings: readonly string[]
}

/** Why a queued task that is not yet due waits. */
export type DueReason = 'not-before' | 'retry-backoff' | 'quota' | 'budget'

/** What becomes of a task when one that it depends on fails or is canceled. */
export const DEPENDENCY_POLICIES = ['fail', 'skip', 'run'] as const
export type DependencyPolicy = (typeof DEPENDENCY_POLICIES)[number]

/** The executor of tasks that name none. */
export const DEFAULT_EXECUTOR = 'claude'

export interface Task {
  readonly id: TaskId
  readonly kind: TaskKind
  /** Name of the project; absent for a thought. */
  readonly project: string | undefined
  readonly prompt: string
  readonly status: TaskStatus
  /** 0 to 100; larger goes first. */
  readonly priority: number
  /** Smaller starts first: see `sortKeyOf`. */
  readonly sortKey: number
  /** Name of the executor that runs it. */
  readonly executor: string
  /** What its worker must have, normalized: see `normalizeLabels`. */
  readonly labels: readonly string[]
  readonly model: string | undefined
  /** Wall-clock limit of one attempt, in milliseconds. */
  readonly timeoutMs: number
  readonly budgetMicroUsd: number | undefined
  readonly requester: string | undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** Attempts that a worker claimed. */
  readonly attempts: number
  /** Attempts that count against the limit: those that ended `failed` or `lost`. */
  readonly tries: number
  /** Set while the task may not start yet, with `dueReason`. */
  readonly dueAt: Date | undefined
  readonly dueReason: DueReason | undefined
  /** The attempt that is dispatched or running. */
  readonly openAttemptId: AttemptId | undefined
  /** Fails the task when it has not started by then. */
  readonly deadline: Date | undefined
  readonly onDependencyFailure: DependencyPolicy
  /** How many of the tasks that it depends on have not released it yet. */
  readonly blockers: number
  /** The ended task whose branch and thread it goes on with. */
  readonly followUpOf: TaskId | undefined
  /** The task on whose behalf it was submitted, and which waits for it. */
  readonly parent: TaskId | undefined
  readonly cancelRequestedAt: Date | undefined
  /** How many messages it was sent, and how many of them no agent has been given yet. */
  readonly messages: number
  readonly undeliveredMessages: number
  readonly result: TaskResult | undefined
  readonly failure: Failure | undefined
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
  /** Since when it is in the trash: out of all lists, but still there. */
  readonly trashedAt: Date | undefined
  /** When its texts and files were done away with: only what the event log refers to is left. */
  readonly purgedAt: Date | undefined
}

/** What all tasks of a partition have in common: every shared gate says the same of them. */
export type SharedTraits = Pick<Task, 'project' | 'executor' | 'labels'>
