import { tokenList, tokenListQuery } from '@sleepless/contracts'
import { tokenId } from '@sleepless/domain'
import { revokeToken } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import { pageOf, parseCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { tokenView } from '../views/token-view.ts'
import { byTokenId } from './by-token-id.ts'

/** Who may use the service, and for what. */
export function tokenRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tokens',
      {
        config: { scope: 'admin' },
        schema: { querystring: tokenListQuery, response: { 200: tokenList } },
      },
      async ({ query: { limit, cursor } }) => {
        const before = parseCursor(cursor, tokenId)
        const tokens = await store.read((tx) =>
          tx.tokens.list({ limit, ...(before && { before }) }),
        )
        const { nextCursor } = pageOf(tokens, limit, ({ id }) => id)
        return { items: tokens.map(tokenView), nextCursor }
      },
    )

    app.delete(
      '/tokens/:id',
      {
        config: { scope: 'admin' },
        schema: { params: byTokenId, response: { 204: z.undefined() } },
      },
      async (request, reply) => {
        const id = tokenId(request.params.id)
        await writeFor(store, request, (tx) => revokeToken(tx, engine, id))
        return reply.status(204).send()
      },
    )
  }
}
