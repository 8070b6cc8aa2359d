import { createTokenBody, newTokenView, rotateTokenBody } from '@sleepless/contracts'
import { tokenId } from '@sleepless/domain'
import { createToken, rotateToken } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import { freshSecret } from '../access/secret.ts'
import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { idempotencyOf } from '../idempotency-key.ts'
import { ProblemError } from '../problems.ts'
import { tokenView } from '../views/token-view.ts'
import { byTokenId } from './by-token-id.ts'

/** What makes a secret, which is told this once. Only an admin does: no token makes one that may do more. */
export function newTokenRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/tokens',
      {
        config: { scope: 'admin' },
        schema: { body: createTokenBody, response: { 201: newTokenView } },
      },
      async (request, reply) => {
        const { name, scopes, expiresAt: given } = request.body
        const expiresAt = future(given, engine.clock.now())
        const { secret, ...fresh } = freshSecret()
        const asked = { ...fresh, name, scopes, expiresAt, by: request.principal.actor }
        const idempotency = idempotencyOf(request)
        const token = await writeFor(store, request, (tx) =>
          createToken(tx, engine, asked, idempotency),
        )
        void reply.header('location', `/v1/tokens/${token.id}`)
        return reply.status(201).send({ ...tokenView(token), token: secret })
      },
    )

    app.post(
      '/tokens/:id/rotate',
      {
        config: { scope: 'admin' },
        schema: { params: byTokenId, body: rotateTokenBody, response: { 201: newTokenView } },
      },
      async (request, reply) => {
        const { secret, ...fresh } = freshSecret()
        const rotation = {
          ...fresh,
          replaced: tokenId(request.params.id),
          by: request.principal.actor,
          overlapMs: request.body?.overlapMs ?? 0,
        }
        const idempotency = idempotencyOf(request)
        const token = await writeFor(store, request, (tx) =>
          rotateToken(tx, engine, rotation, idempotency),
        )
        void reply.header('location', `/v1/tokens/${token.id}`)
        return reply.status(201).send({ ...tokenView(token), token: secret })
      },
    )
  }
}

function future(expiresAt: string | undefined, now: Date): Date | undefined {
  const moment = expiresAt === undefined ? undefined : new Date(expiresAt)
  if (moment === undefined || moment > now) return moment
  throw new ProblemError(400, 'INVALID_REQUEST', 'expected a moment that has not passed', {
    field: 'expiresAt',
  })
}
