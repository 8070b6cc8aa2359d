import type { WholeOptions } from './transport.ts'

/** Of a request that changes something which somebody else may have changed meanwhile. */
export interface MatchOptions {
  /** Only if its ETag is still this one; else the answer is 412 `PRECONDITION_FAILED`. */
  readonly ifMatch?: string
}

export function matching({ ifMatch }: MatchOptions): Pick<WholeOptions, 'headers'> {
  return ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }
}
