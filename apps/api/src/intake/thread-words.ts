import type { Task } from '@sleepless/domain'
import type { EnginePolicy, Idempotency, Submission } from '@sleepless/engine'

// What the service and its intake thread say to each other. All of it is plain data.

/** What the thread is started with. */
export interface IntakeStart {
  readonly databaseFile: string
  readonly policy: EnginePolicy
}

/** What arrived in one turn of the event loop, to be written together. */
export interface IntakeBatch {
  readonly number: number
  readonly entries: readonly IntakeEntry[]
}

export interface IntakeEntry {
  readonly submission: Submission
  readonly idempotency: Idempotency | undefined
}

export interface IntakeAnswer {
  readonly number: number
  /** In the order of the entries; null for one of which nothing was written. */
  readonly tasks: readonly (Task | null)[]
}

/** To the thread. */
export type IntakeRequest = IntakeBatch | 'close'
/** From the thread: the first word is `ready`. */
export type IntakeReply = IntakeAnswer | 'ready'
