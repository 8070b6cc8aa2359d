import type { Attempt } from '../attempt.ts'
import type { EventType, LoggedEvent, NewEvent } from '../event.ts'
import type { Facts } from '../facts.ts'
import type { AttemptId, TaskId, WorkerId } from '../ids.ts'
import type { Message } from '../message.ts'
import type { Project, ProjectPatch } from '../project.ts'
import type { Task, TaskStatus } from '../task.ts'
import type { Worker } from '../worker.ts'
import type { AccessTokenReads, AccessTokenWrites } from './access-tokens.ts'
import type { Effect } from './effect.ts'
import type { ReportReads } from './reports.ts'
import type { QuotaReads, QuotaWrites, SpendingReads, SpendingWrites } from './spending.ts'
import type { SearchReads, SearchWrites, TaskLists, TrashReads, TrashWrites } from './task-lists.ts'

export interface Page {
  /** 1 to 200. */
  readonly limit: number
}

export interface EventFilter {
  readonly taskId?: TaskId | undefined
  /** Those of tasks of this project. */
  readonly project?: string | undefined
  /** Those of any of these types; at least one. */
  readonly types?: readonly EventType[] | undefined
}

/** What was found in a part of the log. */
export interface ScannedEvents {
  readonly events: readonly LoggedEvent[]
  /** There are no others up to this id. As `after` was, when there is nothing after it. */
  readonly reached: number
}

/** What was answered to a request that carried an idempotency key. */
export interface IdempotentAnswer {
  /** Of the request's body, as hex. */
  readonly bodySha256: string
  /** The id of what the request made. */
  readonly subject: string
}

/** A task that another depends on, and how it ended once the other was told. */
export interface Dependency {
  readonly id: TaskId
  readonly outcome: Extract<TaskStatus, 'succeeded' | 'failed' | 'canceled'> | undefined
}

/** Who acts alone in a role, until `expiresTick` on the lease clock. */
export interface Leader {
  readonly role: string
  /** A name that no other process has. */
  readonly holder: string
  /** Larger than that of every holder before. */
  readonly term: number
  readonly since: Date
  readonly expiresTick: number
}

export interface ReadTx {
  /** What the gates may know besides the task itself. */
  facts(): Facts
  readonly tasks: TaskLists & {
    find(id: TaskId): Task | undefined
    /** Partitions that have a task which could start now if every shared gate let it pass. */
    readyPartitions(): readonly number[]
    /** Such tasks of one partition, in the order in which they start. */
    readyIn(
      partition: number,
      page: Page & { readonly after?: Pick<Task, 'sortKey' | 'id'> | undefined },
    ): readonly Task[]
    /** Queued tasks whose `dueAt` has come but which are not among the ready ones yet. */
    due(now: Date, limit: number): readonly TaskId[]
    /** Tasks that have not started, and whose deadline has come. */
    overdue(now: Date, limit: number): readonly Task[]
    /** The earliest `dueAt` or deadline there is; absent when nothing waits for a moment. */
    nextMoment(): Date | undefined
    /**
     * Counts tasks of a status by their ids, from after one of them.
     *
     * @returns `last`: where to go on, when there may be more than `limit`.
     */
    count(
      status: TaskStatus,
      limit: number,
      after?: TaskId,
    ): { readonly count: number; readonly last: TaskId | undefined }
  }
  readonly attempts: {
    find(id: AttemptId): Attempt | undefined
    ofTask(id: TaskId): readonly Attempt[]
    /** All that are `dispatched`, oldest first. */
    dispatched(): readonly Attempt[]
    /** All that are `running` and whose lease has run out by `tick`. */
    leaseExpired(tick: number): readonly Attempt[]
    runningOn(worker: WorkerId): readonly Attempt[]
    /** All that are `running`. */
    running(): readonly Attempt[]
  }
  readonly events: {
    /** Oldest first, with ids above `after`. */
    list(
      filter: Omit<EventFilter, 'project'>,
      page: Page & { readonly after: number },
    ): readonly LoggedEvent[]
    /** The same in short steps, however rare such events are. At the end when it reaches `after`. */
    scan(filter: EventFilter, page: Page & { readonly after: number }): ScannedEvents
    /** Id of the newest event; 0 when there is none. */
    head(): number
    /** Of the newest event, as hex: it stands for the whole log. */
    headHash(): string
  }
  readonly workers: {
    find(id: WorkerId): Worker | undefined
    list(): readonly Worker[]
    /** Those online or draining, newest first. */
    present(): readonly Worker[]
    /** Those lost or left, newest first; `before` is the last id of the page before. */
    gone(
      filter: { readonly status?: 'lost' | 'left' },
      page: Page & { readonly before?: WorkerId },
    ): readonly Worker[]
    /** Those online or draining whose lease has run out by `tick`. */
    leaseExpired(tick: number): readonly Worker[]
  }
  readonly projects: {
    find(name: string): Project | undefined
    /** By name; `after` is the last name of the page before. */
    list(page: Page & { readonly after?: string }): readonly Project[]
    /** Whether a task of it has not ended. */
    isInUse(name: string): boolean
  }
  readonly trash: TrashReads
  readonly search: SearchReads
  readonly dependencies: {
    of(task: TaskId): readonly Dependency[]
    hasOpenDependents(of: TaskId): boolean
    /** Some of the tasks that have not been told yet that this one ended. */
    openDependents(of: TaskId, limit: number): readonly TaskId[]
    /** A task that has ended and whose dependents have not all been told. */
    nextEnded(): TaskId | undefined
  }
  readonly settings: {
    find(key: string): unknown
  }
  readonly spending: SpendingReads
  readonly quotas: QuotaReads
  readonly reports: ReportReads
  readonly leaders: {
    find(role: string): Leader | undefined
  }
  readonly messages: {
    find(task: TaskId, number: number): Message | undefined
    /** In their order. */
    ofTask(id: TaskId): readonly Message[]
    /** Those with numbers above `after` that no agent has been given, in their order. */
    undelivered(task: TaskId, after: number): readonly Message[]
  }
  readonly effects: {
    find(key: string): Effect | undefined
    /** All whose key begins with this, in the order in which they were begun. */
    list(keyPrefix: string): readonly Effect[]
  }
  readonly idempotency: {
    find(scope: string, key: string): IdempotentAnswer | undefined
  }
  readonly tokens: AccessTokenReads
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
    | 'messages'
    | 'undeliveredMessages'
    | 'result'
    | 'failure'
    | 'startedAt'
    | 'finishedAt'
    | 'trashedAt'
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
    | 'checkpoint'
    | 'claimedAt'
    | 'stopRequestedAt'
    | 'startedAt'
    | 'finishedAt'
    | 'leaseExpiresTick'
  >
>

/** Everything done through one of these is committed together, or not at all. */
export interface WriteTx extends ReadTx {
  readonly tasks: ReadTx['tasks'] & {
    insert(task: Task): void
    /** Lowers the number of blockers of each by one. */
    unblock(ids: readonly TaskId[]): void
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
    /** A name whose project was removed may be used anew. */
    insert(project: Project): void
    update(name: string, patch: ProjectPatch): void
    /** Takes it out of everything but the tasks that had it. */
    remove(name: string, at: Date): void
  }
  readonly trash: TrashWrites
  readonly search: SearchWrites
  readonly dependencies: ReadTx['dependencies'] & {
    insert(task: TaskId, dependsOn: readonly TaskId[]): void
    /** To be called in the transaction that ends a task on which others depend. */
    noteEnded(id: TaskId): void
    /** To be called when no dependent is left to tell. */
    forgetEnded(id: TaskId): void
    /** Notes that these dependents were told how the task ended. */
    tell(of: TaskId, dependents: readonly TaskId[], outcome: Dependency['outcome']): void
  }
  readonly settings: ReadTx['settings'] & {
    /** @param value anything that JSON can hold; `undefined` takes the setting away. */
    put(key: string, value: unknown): void
  }
  readonly spending: SpendingWrites
  readonly quotas: QuotaWrites
  readonly leaders: ReadTx['leaders'] & {
    put(leader: Leader): void
  }
  readonly messages: ReadTx['messages'] & {
    insert(message: Message): void
    /** Notes that an attempt's agent was given it. @returns whether it is the first to be. */
    deliver(message: Pick<Message, 'taskId' | 'number'>, to: AttemptId, at: Date): boolean
  }
  readonly effects: ReadTx['effects'] & {
    begin(effect: Effect): void
    complete(key: string, result: Readonly<Record<string, unknown>>, at: Date): void
  }
  readonly idempotency: ReadTx['idempotency'] & {
    insert(scope: string, key: string, answer: IdempotentAnswer & { readonly at: Date }): void
    /** Forgets at most `limit` answers that were given before that. @returns how many. */
    prune(before: Date, limit: number): number
  }
  readonly tokens: AccessTokenWrites
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
