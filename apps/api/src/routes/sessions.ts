import { openSessionBody, sessionView } from '@sleepless/contracts'
import { tokenId } from '@sleepless/domain'
import { closeSession, openSession } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { Principal } from '../access/principal.ts'
import { csrfTokenOf, freshSecret, sha256Of } from '../access/secret.ts'
import { sessionCookie } from '../access/session-cookie.ts'
import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { instant } from '../views/task-view.ts'

/** Sessions of browsers: one is opened by a login link, whose secret is in no address that is sent. */
export function sessionRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/session',
      {
        config: { scope: 'none' },
        schema: { body: openSessionBody, response: { 201: sessionView } },
      },
      async (request, reply) => {
        const { secret, ...fresh } = freshSecret()
        const login = sha256Of(request.body.secret)
        const session = await store.write((tx) => openSession(tx, engine, login, fresh))
        const { createdBy, scopes, expiresAt = engine.clock.now() } = session
        return reply
          .status(201)
          .header('set-cookie', sessionCookie(request, secret, expiresAt))
          .send({
            actor: createdBy,
            scopes: [...scopes],
            expiresAt: instant(expiresAt),
            csrfToken: csrfTokenOf(secret),
          })
      },
    )

    app.get(
      '/session',
      { config: { scope: 'any' }, schema: { response: { 200: sessionView } } },
      async ({ principal }) => viewOf(principal),
    )

    app.delete(
      '/session',
      { config: { scope: 'any' }, schema: { response: { 204: z.undefined() } } },
      async (request, reply) => {
        const { session } = request.principal
        if (session !== undefined) {
          const id = tokenId(session.id)
          await writeFor(store, request, (tx) => closeSession(tx, engine, id))
        }
        return reply
          .status(204)
          .header('set-cookie', sessionCookie(request, '', new Date(0)))
          .send()
      },
    )
  }
}

function viewOf({ actor, scopes, expiresAt, session }: Principal): z.output<typeof sessionView> {
  return {
    actor,
    scopes: [...scopes],
    expiresAt: instant(expiresAt),
    csrfToken: session?.csrfToken ?? null,
  }
}
