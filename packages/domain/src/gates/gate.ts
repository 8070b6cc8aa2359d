import type { Facts } from '../facts.ts'
import type { Task } from '../task.ts'

export type WaitReason = 'not-before' | 'retry-backoff' | 'agent-unavailable' | 'capacity'

export interface Wait {
  readonly kind: 'wait'
  readonly reason: WaitReason
  /** When the reason ends by itself; absent when something has to happen first. */
  readonly until: Date | undefined
  /** For a person: what is awaited, and what to do if that is up to somebody. */
  readonly detail: string
}

/** @returns undefined when the task may pass. */
export type Gate = (task: Task, facts: Facts, now: Date) => Wait | undefined
