import { timingSafeEqual } from 'node:crypto'

import { isInForce, type AccessToken, type TokenKind } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'
import type { Principal } from './principal.ts'
import { csrfTokenOf, sha256Of } from './secret.ts'

const MINUTE_MS = 60_000

/** Says who knows a secret; undefined when it is nobody's, or no longer. */
export interface Identifier {
  /** For the tokens of the installation, of which nothing has to be looked up. */
  known(secret: string): Principal | undefined
  stored(
    secret: string,
    kind: Extract<TokenKind, 'token' | 'session'>,
  ): Promise<Principal | undefined>
}

export function createIdentifier({
  store,
  engine,
  tokens,
  logger,
}: Pick<ApiDeps, 'store' | 'engine' | 'tokens' | 'logger'>): Identifier {
  const always = { expiresAt: undefined, session: undefined }
  const installed: readonly { readonly token: Buffer; readonly principal: Principal }[] = [
    { token: Buffer.from(tokens.api), principal: { actor: 'admin', scopes: ['admin'], ...always } },
    {
      token: Buffer.from(tokens.worker),
      principal: { actor: 'worker', scopes: ['worker'], ...always },
    },
  ]
  const noting = new Set<string>()

  /** To the minute, so that most requests write nothing. */
  function noteUse({ id, lastUsedAt }: AccessToken, now: Date): void {
    const isRecent = lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < MINUTE_MS
    if (isRecent || noting.has(id)) return
    noting.add(id)
    store
      .write((tx) => tx.tokens.update(id, { lastUsedAt: now }))
      .catch((error: unknown) => logger.debug({ err: error, tokenId: id }, 'use not noted'))
      .finally(() => noting.delete(id))
  }

  return {
    known(secret) {
      const shown = Buffer.from(secret)
      // All are compared, each in constant time, so that the time tells no more than their length.
      const found = installed.filter(({ token }) => isEqual(token, shown))
      return found[0]?.principal
    },
    async stored(secret, kind) {
      const token = await store.read((tx) => tx.tokens.findBySecret(sha256Of(secret)))
      const now = engine.clock.now()
      if (token === undefined || token.kind !== kind || !isInForce(token, now)) return undefined
      noteUse(token, now)
      const { id, scopes, expiresAt } = token
      if (kind === 'token') return { actor: id, scopes, expiresAt, session: undefined }
      const session = { id, csrfToken: csrfTokenOf(secret) }
      return { actor: token.createdBy, scopes, expiresAt, session }
    },
  }
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
