export interface BackoffPolicy {
  readonly initialDelayMs: number
  readonly maxDelayMs: number
}

/**
 * How long to wait before trying again: doubles with each try, up to a ceiling.
 *
 * @param tries how many tries have failed so far, from 1.
 * @returns milliseconds, at most `policy.maxDelayMs`.
 * @throws {RangeError} when `tries` is not a positive integer.
 */
export function backoffMs(tries: number, policy: BackoffPolicy): number {
  if (!Number.isInteger(tries) || tries < 1) {
    throw new RangeError(`tries must be a positive integer, got ${tries}`)
  }
  return Math.min(policy.initialDelayMs * 2 ** (tries - 1), policy.maxDelayMs)
}
