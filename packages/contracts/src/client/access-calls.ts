import {
  loginLinkView,
  sessionView,
  type LoginLinkView,
  type SessionView,
} from '../http/session.ts'
import {
  newTokenView,
  tokenList,
  type CreateTokenBody,
  type NewTokenView,
  type TokenList,
} from '../http/token.ts'
import { repeatable, type SubmitOptions } from './submit-options.ts'
import type { Transport } from './transport.ts'

/** Who may use the service, and for what. */
export interface AccessCalls {
  /** The answer holds the token's secret, which nobody is told again. */
  createToken(body: CreateTokenBody, options?: SubmitOptions): Promise<NewTokenView>
  tokens(query?: { readonly limit?: number; readonly cursor?: string }): Promise<TokenList>
  rotateToken(id: string, body?: { readonly overlapMs?: number }): Promise<NewTokenView>
  revokeToken(id: string): Promise<void>
  /** A link for a browser; its path is to be put after the service's address. */
  createLoginLink(): Promise<LoginLinkView>
  /** Whose token this client shows. */
  session(): Promise<SessionView>
}

export function accessCalls(transport: Transport): AccessCalls {
  return {
    createToken: (json, options = {}) =>
      transport.json(newTokenView, '/v1/tokens', { ...repeatable(options), json }),
    tokens: (query) => transport.json(tokenList, '/v1/tokens', { query: { ...query } }),
    rotateToken: (id, json = {}) =>
      transport.json(newTokenView, `${token(id)}/rotate`, { method: 'POST', json }),
    revokeToken: (id) => transport.send(token(id), { method: 'DELETE' }),
    createLoginLink: () => transport.json(loginLinkView, '/v1/login-links', { method: 'POST' }),
    session: () => transport.json(sessionView, '/v1/session'),
  }
}

function token(id: string): string {
  return `/v1/tokens/${encodeURIComponent(id)}`
}
