import type { Attempt } from '../attempt.ts'
import type { LoggedEvent, NewEvent } from '../event.ts'
import type { Facts } from '../facts.ts'
import type { AttemptId, TaskId, WorkerId } from '../ids.ts'
import type { Project } from '../project.ts'
import type { Task, TaskKind, TaskStatus } from '../task.ts'
import type { Worker } from '../worker.ts'

export interface Page {
  /** 1 to 200. */
  readonly limit: number
}

export interface TaskFilter {
  readonly status?: TaskStatus
  readonly kind?: TaskKind
  readonly project?: string
}

export interface EventFilter {
  readonly taskId?: TaskId
}

/** An effect is something the outside world sees; its row says whether it was begun, and what came of it. */
export interface Effect {
  readonly key: string
  readonly kind: string
  readonly taskId: TaskId | undefined
  readonly begunAt: Date
  readonly completedAt: Date | undefined
  readonly result: Readonly<Record<string, unknown>> | undefined
}

/** What was answered to a request that carried an idempotency key. */
export interface IdempotentAnswer {
  /** Of the request's body, as hex. */
  readonly bodySha256: string
  /** The id of what the request made. */
  readonly subject: string
}

export interface ReadTx {
  readonly tasks: {
    find(id: TaskId): Task | undefined
    /** Newest first; `before` is the last id of the page before. */
    list(filter: TaskFilter, page: Page & { readonly before?: TaskId }): readonly Task[]
    /** Queued tasks without an open attempt that are due, in the order in which they start. */
    ready(limit: number): readonly Task[]
    /** Queued tasks whose `dueAt` has come but which are not among the ready ones yet. */
    due(now: Date, limit: number): readonly TaskId[]
    /** The earliest `dueAt` that is still ahead; absent when nothing waits for a moment. */
    nextDueAt(): Date | undefined
  }
  readonly attempts: {
    find(id: AttemptId): Attempt | undefined
    ofTask(id: TaskId): readonly Attempt[]
    /** All that are `dispatched`, oldest first. */
    dispatched(): readonly Attempt[]
    /** All that are `running` and whose lease has run out by `tick`. */
    leaseExpired(tick: number): readonly Attempt[]
    runningOn(worker: WorkerId): readonly Attempt[]
  }
  readonly events: {
    /** Oldest first, with ids above `after`. */
    list(filter: EventFilter, page: Page & { readonly after: number }): readonly LoggedEvent[]
    /** Id of the newest event; 0 when there is none. */
    head(): number
  }
  readonly workers: {
    find(id: WorkerId): Worker | undefined
    list(): readonly Worker[]
    /** Those online or draining whose lease has run out by `tick`. */
    leaseExpired(tick: number): readonly Worker[]
    /** Facts for the gates, of all workers that are online. */
    facts(): Facts
  }
  readonly projects: {
    find(name: string): Project | undefined
    /** By name; `after` is the last name of the page before. */
    list(page: Page & { readonly after?: string }): readonly Project[]
  }
  readonly effects: {
    find(key: string): Effect | undefined
  }
  readonly idempotency: {
    find(scope: string, key: string): IdempotentAnswer | undefined
  }
  readonly leaseClock: {
    /** Milliseconds during which the control plane was up. */
    now(): number
  }
}

/** Fields of a task that change. A key that is present with `undefined` clears the field. */
export type TaskPatch = Partial<
  Pick<
    Task,
    | 'status'
    | 'attempts'
    | 'tries'
    | 'dueAt'
    | 'dueReason'
    | 'openAttemptId'
    | 'cancelRequestedAt'
    | 'result'
    | 'failure'
    | 'startedAt'
    | 'finishedAt'
  >
>

export type AttemptPatch = Partial<
  Pick<
    Attempt,
    | 'status'
    | 'workerId'
    | 'sessionId'
    | 'outputBytes'
    | 'reportSeq'
    | 'costMicroUsd'
    | 'failure'
    | 'claimedAt'
    | 'startedAt'
    | 'finishedAt'
    | 'leaseExpiresTick'
  >
>

/** Everything done through one of these is committed together, or not at all. */
export interface WriteTx extends ReadTx {
  readonly tasks: ReadTx['tasks'] & {
    insert(task: Task): void
    /** @throws {InvalidTransitionError} when the task's status is no longer `from`. */
    update(id: TaskId, from: TaskStatus, patch: TaskPatch): void
    /** Puts tasks whose moment has come among the ready ones. */
    markDue(ids: readonly TaskId[]): void
  }
  readonly attempts: ReadTx['attempts'] & {
    insert(attempt: Attempt): void
    /** @throws {LeaseLostError} when the attempt's status or fence is no longer that of `expected`. */
    update(expected: Pick<Attempt, 'id' | 'fence' | 'status'>, patch: AttemptPatch): void
    /** Sets the lease of every running attempt of the worker that it names. @returns those renewed. */
    renew(
      worker: WorkerId,
      ids: readonly AttemptId[],
      leaseExpiresTick: number,
    ): readonly AttemptId[]
  }
  readonly events: ReadTx['events'] & {
    append(event: NewEvent): void
  }
  readonly workers: ReadTx['workers'] & {
    upsert(worker: Worker): void
  }
  readonly projects: ReadTx['projects'] & {
    insert(project: Project): void
  }
  readonly effects: ReadTx['effects'] & {
    begin(effect: Effect): void
    complete(key: string, result: Readonly<Record<string, unknown>>, at: Date): void
  }
  readonly idempotency: ReadTx['idempotency'] & {
    insert(scope: string, key: string, answer: IdempotentAnswer & { readonly at: Date }): void
    /** Forgets answers that were given before `at`. */
    prune(before: Date): void
  }
  readonly leaseClock: ReadTx['leaseClock'] & {
    advance(elapsedMs: number): void
  }
}

/** The system of record. One `write` is one transaction, and one decision. */
export interface Store {
  read<T>(work: (tx: ReadTx) => T): Promise<T>
  /** Work that throws is rolled back alone; others that share its commit stay. */
  write<T>(work: (tx: WriteTx) => T): Promise<T>
  /** Calls back after commits, of any process, that appended events. Bursts are reported as one. */
  onChange(listener: () => void): Disposable
}
