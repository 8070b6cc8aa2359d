import type { AccessToken, Actor } from '../access-token.ts'
import type { TokenId } from '../ids.ts'
import type { Page } from './store.ts'

export interface AccessTokenReads {
  find(id: TokenId): AccessToken | undefined
  findBySecret(sha256: string): AccessToken | undefined
  /** The one of kind `token` and of this name that was not revoked. */
  findByName(name: string): AccessToken | undefined
  /** Those of kind `token`, newest first; `before` is the last id of the page before. */
  list(page: Page & { readonly before?: TokenId }): readonly AccessToken[]
}

export interface AccessTokenWrites extends AccessTokenReads {
  insert(token: AccessToken): void
  update(
    id: TokenId,
    patch: Partial<Pick<AccessToken, 'expiresAt' | 'lastUsedAt' | 'revokedAt'>>,
  ): void
  /** Ends the logins and sessions that were opened on its behalf. */
  closeSessionsOf(actor: Actor, at: Date): void
  /** Forgets at most `limit` logins and sessions that had ended by then. @returns how many. */
  prune(before: Date, limit: number): number
}
