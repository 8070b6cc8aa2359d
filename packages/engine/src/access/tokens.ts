import {
  isInForce,
  SecretShownError,
  TokenExistsError,
  TokenNotFoundError,
  type AccessToken,
  type Actor,
  type Scope,
  type TokenId,
  type WriteTx,
} from '@sleepless/domain'

import { once, type Idempotency, type OnceOptions } from '../once.ts'
import type { EngineDeps } from '../policy.ts'

/** What stands for a new secret; the secret itself stays with whoever asked for it. */
export interface NewSecret {
  readonly id: TokenId
  /** Of the secret, as hex. */
  readonly sha256: string
}

export interface TokenRequest extends NewSecret {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | undefined
  readonly by: Actor
}

/**
 * @throws {TokenExistsError} when one of this name is in use.
 * @throws {SecretShownError} when the idempotency key came before: nobody has the secret any more.
 */
export function createToken(
  tx: WriteTx,
  { clock }: EngineDeps,
  { id, sha256, name, scopes, expiresAt, by }: TokenRequest,
  idempotency?: Idempotency,
): AccessToken {
  const at = clock.now()
  return once(tx, shownOnce('token.create', idempotency, at), () => {
    if (tx.tokens.findByName(name) !== undefined) throw new TokenExistsError(name)
    const token = newToken({ id, sha256, name, scopes, expiresAt, createdBy: by, createdAt: at })
    tx.tokens.insert(token)
    const data = { tokenId: id, name, scopes, expiresAt: expiresAt?.toISOString() }
    tx.events.append({ type: 'token.created', at, data })
    return token
  })
}

export interface Rotation extends NewSecret {
  /** The token whose place another takes. */
  readonly replaced: TokenId
  /** How long the secret before goes on being accepted. */
  readonly overlapMs: number
  readonly by: Actor
}

/**
 * Puts another token in the place of one: same name, scopes and expiry, another secret.
 *
 * @throws {TokenNotFoundError} when there is none such in use.
 * @throws {SecretShownError} when the idempotency key came before: nobody has the secret any more.
 */
export function rotateToken(
  tx: WriteTx,
  { clock }: EngineDeps,
  { replaced, id, sha256, overlapMs, by }: Rotation,
  idempotency?: Idempotency,
): AccessToken {
  const at = clock.now()
  return once(tx, shownOnce(`token.rotate ${replaced}`, idempotency, at), () => {
    const { name, scopes, expiresAt } = tokenInUse(tx, replaced)
    tx.tokens.update(replaced, { revokedAt: new Date(at.getTime() + overlapMs) })
    const token = newToken({ id, sha256, name, scopes, expiresAt, createdBy: by, createdAt: at })
    tx.tokens.insert(token)
    tx.events.append({ type: 'token.rotated', at, data: { tokenId: id, name, replaced } })
    return token
  })
}

/**
 * Ends a token, and what was opened with it. Ending it again changes nothing.
 *
 * @throws {TokenNotFoundError} when there never was such a token.
 */
export function revokeToken(tx: WriteTx, { clock }: EngineDeps, id: TokenId): void {
  const at = clock.now()
  const token = tx.tokens.find(id)
  if (token?.kind !== 'token') throw new TokenNotFoundError(id)
  if (!isInForce(token, at)) return
  tx.tokens.update(id, { revokedAt: at })
  tx.tokens.closeSessionsOf(id, at)
  tx.events.append({ type: 'token.revoked', at, data: { tokenId: id, name: token.name } })
}

function tokenInUse(tx: WriteTx, id: TokenId): AccessToken {
  const token = tx.tokens.find(id)
  if (token?.kind === 'token' && token.revokedAt === undefined) return token
  throw new TokenNotFoundError(id)
}

type Given = Pick<
  AccessToken,
  'id' | 'sha256' | 'name' | 'scopes' | 'expiresAt' | 'createdBy' | 'createdAt'
>

function newToken(given: Given): AccessToken {
  return { ...given, kind: 'token', lastUsedAt: undefined, revokedAt: undefined }
}

/** A repetition finds that the token was made, and cannot be told its secret again. */
function shownOnce(
  scope: string,
  idempotency: Idempotency | undefined,
  at: Date,
): OnceOptions<AccessToken> {
  return {
    scope,
    idempotency,
    at,
    subjectOf: ({ id }) => id,
    recall: (id) => {
      throw new SecretShownError(id)
    },
  }
}
