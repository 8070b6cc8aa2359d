import {
  attemptEffectAnswer,
  beginAttemptEffectBody,
  completeAttemptEffectBody,
} from '@sleepless/contracts'
import { beginEffect, completeEffect } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { resultView } from './effects.ts'
import { byAttempt, holderOf } from './holder.ts'

/** The ledger for attempts: their effects are begun and completed under their fence alone. */
export function attemptEffectRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/attempts/:attempt/effects/begin',
      {
        schema: {
          params: byAttempt,
          body: beginAttemptEffectBody,
          response: { 200: attemptEffectAnswer },
        },
      },
      async ({ params, body: { workerId, fence, ...request } }) => {
        const holder = holderOf(params.attempt, { workerId, fence })
        const start = await store.write((tx) => beginEffect(tx, engine, request, holder))
        return {
          state: start.state,
          result: resultView(start.result),
          earlier: start.earlier.map(({ intent, completedAt }) => ({
            intent: resultView(intent) ?? {},
            isCompleted: completedAt !== undefined,
          })),
        }
      },
    )

    app.post(
      '/attempts/:attempt/effects/complete',
      { schema: { params: byAttempt, body: completeAttemptEffectBody } },
      async ({ params, body: { workerId, fence, ...completion } }, reply) => {
        const holder = holderOf(params.attempt, { workerId, fence })
        await store.write((tx) => completeEffect(tx, engine, completion, holder))
        return reply.status(204).send()
      },
    )
  }
}
