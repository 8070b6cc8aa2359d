import type { Facts } from '../facts.ts'
import type { SharedTraits, Task } from '../task.ts'

export const WAIT_REASONS = [
  'paused',
  'not-before',
  'dependency',
  'agent-unavailable',
  'quota',
  'budget',
  'project-limit',
  'capacity',
  'resources',
  'retry-backoff',
] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

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

/** A gate that looks at nothing but what all tasks of a partition have in common. */
export type SharedGate = (task: SharedTraits, facts: Facts, now: Date) => Wait | undefined

/** A wait that ends when something happens, not at a moment that is known. */
export function waitFor(reason: WaitReason, detail: string): Wait {
  return { kind: 'wait', reason, until: undefined, detail }
}
