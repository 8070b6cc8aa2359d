import { taskView as taskViewSchema, whyView as whyViewSchema } from '@sleepless/contracts'
import { taskId, type TaskId } from '@sleepless/domain'
import { cancel, existingTask, retryOf, submit, why } from '@sleepless/engine'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { assertTask, unlessRepeated } from '../etags.ts'
import { idempotencyOf } from '../idempotency-key.ts'
import { taskView } from '../views/task-view.ts'
import { whyView } from '../views/why-view.ts'
import { byTaskId } from './by-task-id.ts'

const noFields = z.strictObject({}).nullish()

/** What can be asked of one task, or done to it. */
export function taskActionRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.get(
      '/tasks/:id/why',
      { config: { scope: 'read' }, schema: { params: byTaskId, response: { 200: whyViewSchema } } },
      async ({ params }) => {
        const id = taskId(params.id)
        return store.read((tx) => whyView(why(tx, existingTask(tx, id), engine.clock.now())))
      },
    )

    app.post(
      '/tasks/:id/retry',
      {
        config: { scope: 'submit' },
        schema: { params: byTaskId, body: noFields, response: { 201: taskViewSchema } },
      },
      async (request, reply) => {
        const id = taskId(request.params.id)
        const idempotency = idempotencyOf(request)
        const view = await writeFor(store, request, (tx) => {
          unlessRepeated(tx, 'task.submit', idempotency, () => assertTask(tx, request, id))
          const task = submit(tx, engine, retryOf(existingTask(tx, id)), idempotency)
          return taskView(tx, task, engine.clock.now())
        })
        return reply.status(201).header('location', `/v1/tasks/${view.id}`).send(view)
      },
    )

    app.post(
      '/tasks/:id/cancel',
      {
        config: { scope: 'submit' },
        schema: { params: byTaskId, body: noFields, response: { 200: taskViewSchema } },
      },
      (request) => cancelTask(deps, request, taskId(request.params.id)),
    )
  }
}

async function cancelTask(
  { store, engine, queue, logger }: ApiDeps,
  request: FastifyRequest,
  id: TaskId,
): Promise<ReturnType<typeof taskView>> {
  const idempotency = idempotencyOf(request)
  const { view, stop, withdraw } = await writeFor(store, request, (tx) => {
    unlessRepeated(tx, 'task.cancel', idempotency, () => assertTask(tx, request, id))
    const canceled = cancel(tx, engine, id, idempotency)
    return { ...canceled, view: taskView(tx, existingTask(tx, id), engine.clock.now()) }
  })
  // The next heartbeat brings the same news, so a queue that is away only makes it later.
  const told = [
    ...(stop ? [queue.send(stop.workerId, { type: 'cancel', attemptId: stop.attemptId })] : []),
    ...(withdraw ? [queue.withdraw([withdraw])] : []),
  ]
  Promise.all(told).catch((error: unknown) => {
    logger.warn({ err: error, taskId: id }, 'cancel not sent at once')
  })
  return view
}
