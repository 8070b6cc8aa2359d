import { json } from 'node:stream/consumers'

import {
  createTokenBody,
  newTokenView,
  rotateTokenBody,
  tokenView,
  type TokenView,
} from '@sleepless/contracts'
import { uuidV7 } from '@sleepless/runtime'

import { sendJson, sendList, sendProblem, type Exchange, type Route } from './fake-answers.ts'

/** Tokens and login links. */
export const accessRoutes: readonly Route[] = [
  [/^POST \/v1\/login-links$/, offerLogin],
  [/^GET \/v1\/tokens$/, (exchange) => sendList(exchange, exchange.state.tokens)],
  [/^POST \/v1\/tokens$/, create],
  [/^POST \/v1\/tokens\/([^/]+)\/rotate$/, rotate],
  [/^DELETE \/v1\/tokens\/([^/]+)$/, revoke],
]

export const SECRET = 'made-up-secret-of-a-token'

function offerLogin(exchange: Exchange): void {
  const expiresAt = new Date(Date.now() + 300_000).toISOString()
  sendJson(exchange, 201, { path: '/login#made-up-secret-of-a-link', expiresAt })
}

async function create(exchange: Exchange): Promise<void> {
  const { name, scopes, expiresAt = null } = createTokenBody.parse(await json(exchange.request))
  add(exchange, { name, scopes, expiresAt })
}

async function rotate(exchange: Exchange, id: string): Promise<void> {
  rotateTokenBody.parse(await json(exchange.request))
  const before = exchange.state.tokens.find((token) => token.id === id)
  if (before === undefined) return sendProblem(exchange, 404, 'TOKEN_NOT_FOUND')
  return add(exchange, before)
}

function revoke(exchange: Exchange, id: string): void {
  const { tokens } = exchange.state
  const index = tokens.findIndex((token) => token.id === id)
  if (index === -1) return sendProblem(exchange, 404, 'TOKEN_NOT_FOUND')
  tokens.splice(index, 1)
  exchange.response.writeHead(204).end()
}

function add(exchange: Exchange, fields: Pick<TokenView, 'name' | 'scopes' | 'expiresAt'>): void {
  const { name, scopes, expiresAt } = fields
  const token = makeToken({ name, scopes, expiresAt })
  exchange.state.tokens.push(token)
  sendJson(exchange, 201, newTokenView.parse({ ...token, token: SECRET }))
}

export function makeToken(fields: Partial<TokenView> = {}): TokenView {
  return tokenView.parse({
    id: `tok_${uuidV7()}`,
    name: 'ci',
    scopes: ['submit'],
    createdBy: 'admin',
    createdAt: '2026-01-31T10:00:00.000Z',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...fields,
  })
}
