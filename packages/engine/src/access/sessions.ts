import {
  isInForce,
  LoginVoidError,
  TokenNotFoundError,
  type AccessToken,
  type Actor,
  type Scope,
  type TokenId,
  type WriteTx,
} from '@sleepless/domain'

import type { EngineDeps } from '../policy.ts'
import type { NewSecret } from './tokens.ts'

const MINUTE_MS = 60_000
const LOGIN_MS = 5 * MINUTE_MS
const SESSION_MS = 7 * 24 * 60 * MINUTE_MS

export interface LoginRequest extends NewSecret {
  readonly scopes: readonly Scope[]
  /** On whose behalf the session will act: it ends when that token is revoked. */
  readonly by: Actor
  /** When that token ends; the session does not outlive it. */
  readonly until: Date | undefined
}

/** Makes a secret that opens one session within five minutes. */
export function offerSession(
  tx: WriteTx,
  { clock }: EngineDeps,
  { id, sha256, scopes, by, until }: LoginRequest,
): AccessToken {
  const at = clock.now()
  const login: AccessToken = {
    id,
    sha256,
    kind: 'login',
    name: 'login link',
    scopes,
    createdBy: by,
    createdAt: at,
    expiresAt: earlier(new Date(at.getTime() + LOGIN_MS), until),
    lastUsedAt: undefined,
    revokedAt: undefined,
  }
  tx.tokens.insert(login)
  tx.events.append({ type: 'session.offered', at, data: { tokenId: id, scopes } })
  return login
}

/**
 * Turns the secret of a login into a session, once.
 *
 * @param loginSha256 of the login's secret, as hex.
 * @throws {LoginVoidError} when there is no such login in force.
 */
export function openSession(
  tx: WriteTx,
  { clock }: EngineDeps,
  loginSha256: string,
  { id, sha256 }: NewSecret,
): AccessToken {
  const at = clock.now()
  const login = tx.tokens.findBySecret(loginSha256)
  if (login?.kind !== 'login' || !isInForce(login, at)) throw new LoginVoidError()
  const { scopes, createdBy } = login
  tx.tokens.update(login.id, { revokedAt: at })
  const session: AccessToken = {
    id,
    sha256,
    kind: 'session',
    name: 'session',
    scopes,
    createdBy,
    createdAt: at,
    expiresAt: earlier(new Date(at.getTime() + SESSION_MS), endOf(tx, createdBy)),
    lastUsedAt: undefined,
    revokedAt: undefined,
  }
  tx.tokens.insert(session)
  tx.events.append({
    type: 'session.opened',
    at,
    data: { tokenId: id, loginId: login.id, scopes, by: createdBy },
  })
  return session
}

/** @throws {TokenNotFoundError} when there is no such session. */
export function closeSession(tx: WriteTx, { clock }: EngineDeps, id: TokenId): void {
  const at = clock.now()
  const session = tx.tokens.find(id)
  if (session?.kind !== 'session') throw new TokenNotFoundError(id)
  tx.tokens.update(id, { revokedAt: at })
  tx.events.append({ type: 'session.closed', at, data: { tokenId: id } })
}

const ADMIN_KEY = 'admin-token'

/**
 * Says which admin token the installation has at present. What an earlier one has opened is closed.
 *
 * @param sha256 of the token, as hex.
 */
export function noteAdminToken(tx: WriteTx, { clock }: EngineDeps, sha256: string): void {
  if (tx.settings.find(ADMIN_KEY) === sha256) return
  tx.settings.put(ADMIN_KEY, sha256)
  tx.tokens.closeSessionsOf('admin', clock.now())
}

function endOf(tx: WriteTx, actor: Actor): Date | undefined {
  return actor === 'admin' || actor === 'worker' ? undefined : tx.tokens.find(actor)?.expiresAt
}

function earlier(one: Date, other: Date | undefined): Date {
  return other !== undefined && other < one ? other : one
}
