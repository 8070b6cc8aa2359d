import {
  emptiedTrashView,
  emptyTrashQuery,
  taskList,
  taskView as taskViewSchema,
  trashListQuery,
  type TaskView,
} from '@sleepless/contracts'
import { taskId, type Task, type TaskId, type TrashPosition, type WriteTx } from '@sleepless/domain'
import { emptyTrash, restore, trash, type EngineDeps } from '@sleepless/engine'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'

import { writeFor } from '../access/write-for.ts'
import { pageOf, parseCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { assertTask, taskEtag } from '../etags.ts'
import { taskView, taskViews } from '../views/task-view.ts'
import { byTaskId } from './by-task-id.ts'

const DAY_MS = 24 * 60 * 60 * 1000
// Some seconds of work: whoever waits for the answer should not give up before.
const MAX_PURGED = 5000

/** Tasks that somebody has put away. */
export function trashRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine } = deps
  return async (app) => {
    app.delete(
      '/tasks/:id',
      {
        config: { scope: 'submit' },
        schema: { params: byTaskId, response: { 200: taskViewSchema } },
      },
      (request, reply) => move(deps, { request, reply, id: taskId(request.params.id), how: trash }),
    )

    app.post(
      '/trash/:id/restore',
      {
        config: { scope: 'submit' },
        schema: { params: byTaskId, response: { 200: taskViewSchema } },
      },
      (request, reply) =>
        move(deps, { request, reply, id: taskId(request.params.id), how: restore }),
    )

    app.get(
      '/trash',
      {
        config: { scope: 'read' },
        schema: { querystring: trashListQuery, response: { 200: taskList } },
      },
      async ({ query: { limit, cursor } }) => {
        const before = parseCursor(cursor, positionIn)
        return store.read((tx) => {
          const tasks = tx.trash.list({ limit, ...(before && { before }) })
          const { nextCursor } = pageOf(tasks, limit, positionText)
          return { items: taskViews(tx, tasks, engine.clock.now()), nextCursor }
        })
      },
    )

    app.delete(
      '/trash',
      {
        config: { scope: 'operate' },
        schema: { querystring: emptyTrashQuery, response: { 200: emptiedTrashView } },
      },
      (request) => empty(deps, request, request.query.olderThanDays),
    )
  }
}

interface Move {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly id: TaskId
  readonly how: (tx: WriteTx, deps: EngineDeps, id: TaskId) => Task
}

async function move(
  { store, engine }: ApiDeps,
  { request, reply, id, how }: Move,
): Promise<TaskView> {
  return writeFor(store, request, (tx) => {
    assertTask(tx, request, id)
    const task = how(tx, engine, id)
    void reply.header('etag', taskEtag(task))
    return taskView(tx, task, engine.clock.now())
  })
}

/** In small portions, each a write of its own: others take their turns in between. */
async function empty(
  { store, engine, stopping }: ApiDeps,
  request: Pick<FastifyRequest, 'principal'>,
  olderThanDays: number,
): Promise<{ purged: number; more: boolean }> {
  const before = new Date(engine.clock.now().getTime() - olderThanDays * DAY_MS + 1)
  let purged = 0
  for (;;) {
    const { count, isMore } = await writeFor(store, request, (tx) => emptyTrash(tx, engine, before))
    purged += count
    if (!isMore || purged >= MAX_PURGED || stopping.aborted) return { purged, more: isMore }
  }
}

function positionText({ id, trashedAt }: Task): string {
  return `${trashedAt?.getTime() ?? 0} ${id}`
}

/** @throws when the text is no such position. */
function positionIn(text: string): TrashPosition {
  const [at = '', id = ''] = text.split(' ')
  if (!/^\d{1,15}$/.test(at)) throw new Error('expected a moment')
  return { trashedAt: new Date(Number(at)), id: taskId(id) }
}
