import { hash } from 'node:crypto'

import {
  messageList,
  messageView as messageViewSchema,
  sendMessageBody,
} from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import { existingTask, sendMessage, type SentMessage } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import { writeFor } from '../access/write-for.ts'
import type { ApiDeps } from '../deps.ts'
import { idempotencyOf } from '../idempotency-key.ts'
import { messageView } from '../views/message-view.ts'
import { byTaskId } from './by-task-id.ts'

/** What people say to a task after they have submitted it. */
export function messageRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.post(
      '/tasks/:id/messages',
      {
        config: { scope: 'submit' },
        schema: { params: byTaskId, body: sendMessageBody, response: { 201: messageViewSchema } },
      },
      async (request, reply) => {
        const { text } = request.body
        const sending = { taskId: taskId(request.params.id), text, sha256: hash('sha256', text) }
        const idempotency = idempotencyOf(request)
        const sent = await writeFor(store, request, (tx) =>
          sendMessage(tx, engine, sending, idempotency),
        )
        tell(deps, sent)
        return reply.status(201).send(messageView(sent.message))
      },
    )

    app.get(
      '/tasks/:id/messages',
      { config: { scope: 'read' }, schema: { params: byTaskId, response: { 200: messageList } } },
      async ({ params }) => {
        const id = taskId(params.id)
        return store.read((tx) => {
          existingTask(tx, id)
          return { items: tx.messages.ofTask(id).map(messageView), nextCursor: null }
        })
      },
    )
  }
}

/** The worker's next heartbeat brings the message; this only makes it come at once. */
function tell({ queue, logger }: ApiDeps, { message, tell: told }: SentMessage): void {
  if (told === undefined) return
  const { workerId, attemptId } = told
  queue.send(workerId, { type: 'message', attemptId }).catch((error: unknown) => {
    logger.warn({ err: error, taskId: message.taskId }, 'message not announced at once')
  })
}
