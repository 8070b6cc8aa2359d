import { attemptList, eventList, eventListQuery } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import { existingTask } from '@sleepless/engine'
import { isPosition } from '@sleepless/storage'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { pageOf, parseCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { ProblemError } from '../problems.ts'
import { attemptView } from '../views/attempt-view.ts'
import { eventView } from '../views/event-view.ts'
import { byTaskId } from './by-task-id.ts'

/** What has happened to a task so far. */
export function taskHistoryRoutes({ store }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tasks/:id/attempts',
      { config: { scope: 'read' }, schema: { params: byTaskId, response: { 200: attemptList } } },
      async ({ params }) => {
        const id = taskId(params.id)
        return store.read((tx) => {
          existingTask(tx, id)
          return { items: tx.attempts.ofTask(id).map(attemptView), nextCursor: null }
        })
      },
    )

    app.get(
      '/tasks/:id/events',
      {
        config: { scope: 'read' },
        schema: { params: byTaskId, querystring: eventListQuery, response: { 200: eventList } },
      },
      async ({ params, query: { types, limit, cursor } }) => {
        const id = taskId(params.id)
        const after = parseCursor(cursor, eventId) ?? 0
        return store.read((tx) => {
          existingTask(tx, id)
          if (!isPosition(store.epochs, tx.events.head(), after)) throw cursorReset()
          const events = tx.events.list({ taskId: id, types }, { after, limit })
          const { nextCursor } = pageOf(events, limit, (event) => event.id)
          return { items: events.map(eventView), nextCursor }
        })
      },
    )
  }
}

function cursorReset(): ProblemError {
  const detail = 'the events up to there were taken back by a restore; begin again without a cursor'
  return new ProblemError(410, 'CURSOR_RESET', detail, { field: 'cursor' })
}

function eventId(text: string): number {
  return z.coerce.number().int().nonnegative().parse(text)
}
