import { loginLinkBody, loginLinkView } from '@sleepless/contracts'
import { mayDo } from '@sleepless/domain'
import { offerSession } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import { freshSecret } from '../access/secret.ts'
import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { ProblemError } from '../problems.ts'
import { instant } from '../views/task-view.ts'

/** Links that open a session, with what the token may do that asks for one, or less. */
export function loginLinkRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/login-links',
      {
        config: { scope: 'read' },
        schema: { body: loginLinkBody, response: { 201: loginLinkView } },
      },
      async (request, reply) => {
        const { body, principal } = request
        const { actor: by, expiresAt: until } = principal
        const scopes = body?.scopes ?? principal.scopes
        const excess = scopes.find((scope) => !mayDo(principal.scopes, scope))
        if (excess !== undefined) {
          const detail = `the token has not the scope ${excess} itself`
          throw new ProblemError(403, 'FORBIDDEN', detail, { field: 'scopes' })
        }
        const { secret, ...fresh } = freshSecret()
        const { expiresAt } = await writeFor(store, request, (tx) =>
          offerSession(tx, engine, { ...fresh, scopes, by, until }),
        )
        return reply
          .status(201)
          .send({ path: `/login#${secret}`, expiresAt: String(instant(expiresAt)) })
      },
    )
  }
}
