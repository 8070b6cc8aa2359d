import { IdempotencyKeyReusedError, type WriteTx } from '@sleepless/domain'

/** Makes repetitions of one request harmless. */
export interface Idempotency {
  readonly key: string
  /** Of the request's body, as hex. */
  readonly bodySha256: string
}

export interface OnceOptions<T> {
  /** The kind of request: keys of different kinds do not meet. */
  readonly scope: string
  readonly idempotency: Idempotency | undefined
  readonly at: Date
  /** Id under which `recall` finds what was made. */
  readonly subjectOf: (made: T) => string
  readonly recall: (subject: string) => T
}

/**
 * Does something once for each idempotency key, and always when there is none.
 *
 * @returns what was made, now or when the key came first.
 * @throws {IdempotencyKeyReusedError} when the key came before with another body.
 */
export function once<T>(tx: WriteTx, options: OnceOptions<T>, make: () => T): T {
  const { scope, idempotency, at } = options
  if (idempotency === undefined) return make()
  const { key, bodySha256 } = idempotency
  const answer = tx.idempotency.find(scope, key)
  if (answer !== undefined) {
    if (answer.bodySha256 !== bodySha256) throw new IdempotencyKeyReusedError()
    return options.recall(answer.subject)
  }
  const made = make()
  tx.idempotency.insert(scope, key, { bodySha256, subject: options.subjectOf(made), at })
  return made
}
