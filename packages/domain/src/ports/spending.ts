import type { AttemptId, WorkerId } from '../ids.ts'
import type { ModelUse, Quota } from './model-gateway.ts'

/** What a day has cost. */
export interface DaySpend {
  /** In UTC: `2026-01-31`. */
  readonly day: string
  /** With what attempts that were lost may have spent unseen. */
  readonly spentMicroUsd: number
  /** The part of it that nobody has seen being spent. */
  readonly unseenMicroUsd: number
  /** When its budget was first found to be used up. */
  readonly exhaustedAt: Date | undefined
}

/** What one model did for one project on one day; thoughts have the project ''. */
export interface DayUse extends ModelUse {
  readonly day: string
  readonly project: string
}

/** What is known of an account's limits. */
export interface KnownQuota extends Quota {
  readonly at: Date
}

export interface SpendingReads {
  /** The newest day on which something was spent. */
  latest(): DaySpend | undefined
  /** From that day on, oldest first. */
  days(from: string): readonly DaySpend[]
  uses(from: string): readonly DayUse[]
  /** What an attempt that runs may spend, from its start; undefined when nobody has said. */
  allowance(id: AttemptId): number | undefined
  /** What all attempts may still spend. */
  grantedMicroUsd(): number
}

export interface SpendingWrites extends SpendingReads {
  charge(day: string, cost: Pick<DaySpend, 'spentMicroUsd' | 'unseenMicroUsd'>): void
  noteExhausted(day: string, at: Date): void
  addUse(use: DayUse): void
  /** @param totalMicroUsd undefined takes it back. */
  allow(id: AttemptId, totalMicroUsd: number | undefined): void
}

export interface QuotaReads {
  find(credentialId: string): KnownQuota | undefined
  list(): readonly KnownQuota[]
}

export interface QuotaWrites extends QuotaReads {
  put(quota: KnownQuota): void
  /** Notes that a worker uses that account. */
  assign(worker: WorkerId, credentialId: string): void
}
