import type { Clock, IdSource, RetryPolicy } from '@sleepless/domain'

/** What use cases need besides the transaction. */
export interface EngineDeps {
  readonly clock: Clock
  readonly ids: IdSource
  readonly policy: EnginePolicy
  /** Evenly from 0 to below 1; seeded, so that a history can be told again. */
  readonly random: () => number
}

export interface EnginePolicy {
  readonly retry: RetryPolicy
  /** How long a worker may be silent, in milliseconds of the lease clock. */
  readonly leaseMs: number
  /** How long an order may go without being claimed, in milliseconds of the lease clock. */
  readonly claimDeadlineMs: number
  /** Wall-clock limit of an attempt whose task names none. */
  readonly defaultTimeoutMs: number
}

const MINUTE_MS = 60 * 1000

/** @param leaseMs see {@link EnginePolicy.leaseMs}. */
export function defaultPolicy(leaseMs: number): EnginePolicy {
  return {
    // Most failures allow fewer themselves.
    retry: { maxTries: 10 },
    leaseMs,
    // Orders go only to workers with a free slot, so one that lies about is lost rather than late.
    claimDeadlineMs: Math.max(10_000, leaseMs),
    defaultTimeoutMs: 60 * MINUTE_MS,
  }
}
