import { allowanceAnswer, allowanceBody } from '@sleepless/contracts'
import { allow } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import type { ApiDeps } from '../deps.ts'
import { allowanceView } from '../views/allowance-view.ts'
import { byAttempt, holderOf } from './holder.ts'

/** What running attempts may spend of the day's budget. */
export function allowanceRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/attempts/:attempt/allowance',
      { schema: { params: byAttempt, body: allowanceBody, response: { 200: allowanceAnswer } } },
      async ({ params, body: { neededMicroUsd, ...proof } }) => {
        const holder = holderOf(params.attempt, proof)
        const allowed = await store.write((tx) => allow(tx, engine, holder, neededMicroUsd))
        return { allowance: allowanceView(allowed, engine.clock.now()) }
      },
    )
  }
}
