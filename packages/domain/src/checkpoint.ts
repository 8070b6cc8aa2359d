import type { Usage } from './outcome.ts'

/**
 * What a later attempt needs to go on with the work of one whose agent has succeeded: the commit is
 * made and stored as a bundle, so what is left are the effects.
 */
export interface AttemptCheckpoint {
  readonly stage: 'committed'
  /** 40 hex digits. */
  readonly commit: string
  readonly branch: string
  /** The commit that it stands on, which the bundle does not hold; absent: none. */
  readonly base: string | undefined
  readonly summary: string
  readonly warnings: readonly string[]
  /** Of the agent that made it; paid by that attempt alone. */
  readonly usage: Usage
}
