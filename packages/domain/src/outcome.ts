import type { Failure } from './failures.ts'

/** What an attempt used of the model. */
export interface Usage {
  readonly costMicroUsd: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** How an attempt ended, as its worker reports it. */
export type AttemptOutcome =
  | {
      readonly kind: 'succeeded'
      readonly summary: string
      readonly commit: string | undefined
      readonly branch: string | undefined
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'canceled' }
  /** Nothing goes on before a moment that is known: when a quota is reset, or a new day has its budget. No try is used up. */
  | { readonly kind: 'parked'; readonly until: Date; readonly failure: Failure }
  /** The worker stopped it for its own reasons; it may go on elsewhere at once. */
  | { readonly kind: 'interrupted' }

/** How an attempt ended when its worker can no longer say. */
export type AbandonedOutcome = { readonly kind: 'lost' } | { readonly kind: 'expired' }
