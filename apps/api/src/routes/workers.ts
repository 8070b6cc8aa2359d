import { heartbeatAnswer, heartbeatBody, workerIdField } from '@sleepless/contracts'
import { attemptId, workerId } from '@sleepless/domain'
import { heartbeat, leave } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { createWorkerStreams } from '../live/worker-streams.ts'
import { agentMessageView } from '../views/message-view.ts'

const byWorker = z.object({ worker: workerIdField })

// Three heartbeats a lease: two may be lost without harm.
const HEARTBEATS_PER_LEASE = 3

/** What workers say about themselves. */
export function workerRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  const streams = createWorkerStreams(deps)
  return async (app) => {
    app.post(
      '/workers/:worker/heartbeat',
      { schema: { params: byWorker, body: heartbeatBody, response: { 200: heartbeatAnswer } } },
      async ({ params, body }) => {
        const beat = {
          ...body,
          workerId: workerId(params.worker),
          shortage: body.shortage,
          attempts: body.attempts.map(attemptId),
          taken: body.taken,
        }
        const answer = await store.write((tx) => heartbeat(tx, engine, beat))
        const { canceled, stopped, lost, messages, draining } = answer
        const heartbeatMs = engine.policy.leaseMs / HEARTBEATS_PER_LEASE
        return {
          heartbeatMs,
          draining,
          canceled: [...canceled],
          stopped: [...stopped],
          lost: [...lost],
          messages: messages.map(({ attemptId: id, message }) => ({
            attemptId: id,
            ...agentMessageView(message),
          })),
        }
      },
    )

    app.get(
      '/workers/:worker/stream',
      { schema: { params: byWorker } },
      async ({ method, params }, reply) => {
        if (method === 'HEAD') return reply.send()
        reply.hijack()
        streams.open(workerId(params.worker), reply.raw)
        return reply
      },
    )

    app.delete('/workers/:worker', { schema: { params: byWorker } }, async ({ params }, reply) => {
      await store.write((tx) => leave(tx, engine, workerId(params.worker)))
      return reply.status(204).send()
    })
  }
}
