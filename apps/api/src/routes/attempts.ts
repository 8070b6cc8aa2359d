import {
  abandonBody,
  claimAnswer,
  claimBody,
  finishBody,
  reportAnswer,
  reportBatch,
} from '@sleepless/contracts'
import { abandon, claim, finish, report } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { claimView } from '../views/claim-view.ts'
import { byAttempt, holderOf } from './holder.ts'

/** What workers do with attempts: take them, tell of them, end them. */
export function attemptRoutes({ store, engine }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/attempts/:attempt/claim',
      { schema: { params: byAttempt, body: claimBody, response: { 200: claimAnswer } } },
      async ({ params, body }) => {
        const holder = holderOf(params.attempt, body)
        const { executors } = body
        const claimed = await store.write((tx) => claim(tx, engine, { ...holder, executors }))
        return claimView(claimed, engine.clock.now())
      },
    )

    app.post(
      '/attempts/:attempt/reports',
      { schema: { params: byAttempt, body: reportBatch, response: { 200: reportAnswer } } },
      async ({ params, body }) => {
        const holder = holderOf(params.attempt, body)
        const batch = batchOf(body)
        const acknowledgedSeq = await store.write((tx) => report(tx, engine, holder, batch))
        return { acknowledgedSeq }
      },
    )

    app.post(
      '/attempts/:attempt/finish',
      { schema: { params: byAttempt, body: finishBody } },
      async ({ params, body: { outcome, usage, last, ...proof } }, reply) => {
        const holder = holderOf(params.attempt, proof)
        const ending = { outcome: complete(outcome), usage, last: last && batchOf(last) }
        await store.write((tx) => finish(tx, engine, holder, ending))
        return reply.status(204).send()
      },
    )

    app.post(
      '/attempts/:attempt/abandon',
      { schema: { params: byAttempt, body: abandonBody } },
      async ({ params, body }, reply) => {
        const holder = holderOf(params.attempt, body)
        await store.write((tx) => abandon(tx, engine, holder))
        return reply.status(204).send()
      },
    )
  }
}

type SentBatch = Pick<z.output<typeof reportBatch>, 'firstSeq' | 'reports'>

function batchOf({ firstSeq, reports }: SentBatch): Parameters<typeof report>[3] {
  return { firstSeq, reports: reports.map((item) => ({ ...item, at: new Date(item.at) })) }
}

type ReportedOutcome = z.output<typeof finishBody>['outcome']

/** Fields that JSON leaves out are there, and undefined. */
function complete(outcome: ReportedOutcome): Parameters<typeof finish>[3]['outcome'] {
  if (outcome.kind === 'parked') return { ...outcome, until: new Date(outcome.until) }
  if (outcome.kind !== 'succeeded') return outcome
  return { ...outcome, commit: outcome.commit, branch: outcome.branch }
}
