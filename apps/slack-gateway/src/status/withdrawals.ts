/** Envelopes whose senders were told that nothing was accepted. */
export interface Withdrawals {
  add(envelope: string): void
  delete(envelope: string): void
  has(envelope: string | undefined): boolean
}

// Their tasks, if there are any, turn up within seconds of the api's return.
const MAX_REMEMBERED = 10_000

/**
 * In memory: a gateway that ends within those seconds forgets that it said no, and the task that
 * came of it all the same is shown, and runs.
 */
export function createWithdrawals(): Withdrawals {
  const envelopes = new Set<string>()
  return {
    add(envelope) {
      envelopes.add(envelope)
      const [oldest] = envelopes
      if (envelopes.size > MAX_REMEMBERED && oldest !== undefined) envelopes.delete(oldest)
    },
    delete(envelope) {
      envelopes.delete(envelope)
    },
    has(envelope) {
      return envelope !== undefined && envelopes.has(envelope)
    },
  }
}
