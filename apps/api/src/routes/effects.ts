import { beginEffectBody, completeEffectBody, effectAnswer } from '@sleepless/contracts'
import { taskId, type Effect } from '@sleepless/domain'
import { beginEffect, completeEffect } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'

import type { ApiDeps } from '../deps.ts'

type EffectAnswer = z.output<typeof effectAnswer>

/** The ledger of what the outside world sees, for services, whose effects are no attempt's. */
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
        return { state, result: resultView(result) }
      },
    )

    app.post(
      '/effects/complete',
      { schema: { body: completeEffectBody } },
      async ({ body }, reply) => {
        await store.write((tx) => completeEffect(tx, engine, body))
        return reply.status(204).send()
      },
    )
  }
}

/** What came of an effect, as whoever completed it said. */
export function resultView(result: Effect['result']): EffectAnswer['result'] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it came as JSON
  return (result ?? null) as EffectAnswer['result']
}
