import type { TokenId } from './ids.ts'

/**
 * What a token may be used for: to look, to submit tasks and go on with them, to run the service, to
 * decide who may do what, to do a worker's work.
 */
export const SCOPES = ['read', 'submit', 'operate', 'admin', 'worker'] as const
export type Scope = (typeof SCOPES)[number]

/** The installation's own tokens, which stand in its secrets and not in the database, and all others. */
export type Actor = 'admin' | 'worker' | TokenId

/** A login is the secret of a link that opens one session; a session is the secret of a browser. */
export type TokenKind = 'token' | 'login' | 'session'

/** The right of whoever knows a secret; the secret itself is kept nowhere. */
export interface AccessToken {
  readonly id: TokenId
  readonly kind: TokenKind
  /** For people. Of those in use, no two of kind `token` have the same. */
  readonly name: string
  /** Of the secret, as hex. */
  readonly sha256: string
  readonly scopes: readonly Scope[]
  readonly createdBy: Actor
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  /** To the minute. */
  readonly lastUsedAt: Date | undefined
  /** In the future, when another has taken its place and overlaps with it. */
  readonly revokedAt: Date | undefined
}

/** Whether a holder of these scopes may do what asks for one: an admin may do everything. */
export function mayDo(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.includes(needed) || scopes.includes('admin')
}

/** Whether the token still counts. */
export function isInForce(
  { expiresAt, revokedAt }: Pick<AccessToken, 'expiresAt' | 'revokedAt'>,
  now: Date,
): boolean {
  return [expiresAt, revokedAt].every((end) => end === undefined || end > now)
}
