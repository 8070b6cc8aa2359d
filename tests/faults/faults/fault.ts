import type { SeededRandom } from '@sleepless/testing'

import type { Evidence, Violation } from '../check/evidence.ts'
import type { PlannedTask } from '../load/task-mix.ts'
import type { Stack } from '../stack/stack.ts'

export interface FaultSettings {
  readonly leaseMs: number
  /** Everything at its full size: minutes of outage, a gigabyte of output. */
  readonly isFull: boolean
  /** How long everything may take to come to rest after a fault. */
  readonly settleLimitMs: number
}

export interface FaultContext {
  readonly stack: Stack
  readonly random: SeededRandom
  readonly settings: FaultSettings
  /** Of this fault, from 0: for what is to be gone through in turn. */
  readonly runIndex: number
  readonly runId: string
  /** Adds a task of the fault's own to those of the run. @returns its id, once it is acknowledged. */
  readonly submit: (task: PlannedTask) => Promise<string>
}

/** What to look at besides the invariants, when everything has come to rest. */
export type Aftermath = (evidence: Evidence) => readonly Violation[]

/** Something that breaks. */
export interface Fault {
  readonly name: string
  /** Of the fault matrix. */
  readonly row: number
  readonly title: string
  /** Codes of failures which the fault explains. */
  readonly tolerates?: readonly string[]
  /** How many runs of others age a stack as much as one of this; default: 1. */
  readonly weight?: number
  /** Why it can't be tried here; undefined when it can. */
  unfit?(stack: Stack): string | undefined
  /** Breaks something, and resolves when it is whole again. */
  inject(context: FaultContext): Promise<Aftermath | void>
}
