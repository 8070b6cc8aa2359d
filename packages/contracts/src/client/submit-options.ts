import type { WholeOptions } from './transport.ts'

export interface SubmitOptions {
  /** The same key with the same body gives the same task, however often it is sent. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

/** Of a request that may be sent again, and then changes nothing more. */
export function repeatable({ idempotencyKey, signal }: SubmitOptions): WholeOptions {
  return {
    method: 'POST',
    signal,
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  }
}
