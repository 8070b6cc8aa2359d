export interface BackoffPolicy {
  readonly initialDelayMs: number
  readonly maxDelayMs: number
}

// Enough for any ceiling, and finite: infinity times an initial delay of 0 would be no number.
const MAX_DOUBLINGS = 50

/**
 * How long to wait before trying again: anything up to a bound that doubles with each try, so that
 * what failed together does not come back together.
 *
 * @param tries how many tries have failed so far, from 1.
 * @param random from 0 to 1: which part of the bound to wait. Default: all of it.
 * @returns whole milliseconds, at most `policy.maxDelayMs`.
 * @throws {RangeError} when `tries` is not a positive integer.
 */
export function backoffMs(tries: number, policy: BackoffPolicy, random = 1): number {
  if (!Number.isInteger(tries) || tries < 1) {
    throw new RangeError(`tries must be a positive integer, got ${tries}`)
  }
  const doublings = Math.min(tries - 1, MAX_DOUBLINGS)
  return Math.floor(random * Math.min(policy.initialDelayMs * 2 ** doublings, policy.maxDelayMs))
}
