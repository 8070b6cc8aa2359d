import { beginEffectBody, completeEffectBody, effectAnswer } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import { beginEffect, completeEffect } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'

import type { ApiDeps } from '../deps.ts'

type EffectAnswer = z.output<typeof effectAnswer>

/** The ledger of what the outside world sees, for those who do it. */
export function effectRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/effects/begin',
      { schema: { body: beginEffectBody, response: { 200: effectAnswer } } },
      async ({ body }): Promise<EffectAnswer> => {
        const { key, kind } = body
        const id = body.taskId === undefined ? undefined : taskId(body.taskId)
        const { state, result } = await store.write((tx) =>
          beginEffect(tx, engine, { key, kind, taskId: id }),
        )
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it came as JSON
        return { state, result: (result ?? null) as EffectAnswer['result'] }
      },
    )

    app.post(
      '/effects/complete',
      { schema: { body: completeEffectBody } },
      async ({ body: { key, result } }, reply) => {
        await store.write((tx) => completeEffect(tx, engine, key, result))
        return reply.status(204).send()
      },
    )
  }
}
