import { workerIdField, workerList, workerListQuery, workerView } from '@sleepless/contracts'
import { workerId, type ReadTx, type Worker, type WorkerId } from '@sleepless/domain'
import { drainWorker, existingWorker, resumeWorker } from '@sleepless/engine'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import { writeFor } from '../access/write-for.ts'
import { pageOf, parseCursor } from '../cursor.ts'
import type { ApiDeps } from '../deps.ts'
import { workerView as viewOf } from '../views/worker-view.ts'

const byWorkerId = z.object({ id: workerIdField })
const noFields = z.strictObject({}).nullish()

/** Who does the work, and whether it takes any. */
export function workerListRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { store, engine, queue, logger } = deps
  const actions = { drain: drainWorker, resume: resumeWorker } as const

  /** Its next heartbeat brings the same news: a queue that is away only makes it later. */
  function tell(id: WorkerId): void {
    queue.send(id, { type: 'heed' }).catch((error: unknown) => {
      logger.warn({ err: error, workerId: id }, 'worker not told at once')
    })
  }

  return async (app) => {
    app.get(
      '/workers',
      {
        config: { scope: 'read' },
        schema: { querystring: workerListQuery, response: { 200: workerList } },
      },
      async ({ query: { status, limit, cursor } }) => {
        const after = parseCursor(cursor, parsePlace)
        return store.read((tx) => {
          const workers = pageAfter(tx, status, limit, after)
          const { nextCursor } = pageOf(workers, limit, placeOf)
          return { items: workers.map((worker) => viewOf(tx, worker)), nextCursor }
        })
      },
    )

    app.get(
      '/workers/:id',
      { config: { scope: 'read' }, schema: { params: byWorkerId, response: { 200: workerView } } },
      ({ params }) => store.read((tx) => viewOf(tx, existingWorker(tx, workerId(params.id)))),
    )

    for (const [name, act] of Object.entries(actions)) {
      app.post(
        `/workers/:id/${name}`,
        {
          config: { scope: 'operate' },
          schema: { params: byWorkerId, body: noFields, response: { 200: workerView } },
        },
        async (request) => {
          const id = workerId(request.params.id)
          const view = await writeFor(store, request, (tx) => viewOf(tx, act(tx, engine, id)))
          tell(id)
          return view
        },
      )
    }
  }
}

interface Place {
  readonly isPresent: boolean
  readonly id: WorkerId
}

/** Those that are there come first, and the newest first among them as among the others. */
function pageAfter(
  tx: ReadTx,
  status: Worker['status'] | undefined,
  limit: number,
  after: Place | undefined,
): readonly Worker[] {
  const present =
    after?.isPresent === false
      ? []
      : tx.workers
          .present()
          .filter(
            (worker) =>
              (status === undefined || worker.status === status) &&
              (after === undefined || worker.id < after.id),
          )
          .slice(0, limit)
  const left = limit - present.length
  if (left === 0 || status === 'online' || status === 'draining') return present
  const before = after?.isPresent === false ? { before: after.id } : {}
  const gone = tx.workers.gone({ ...(status && { status }) }, { limit: left, ...before })
  return [...present, ...gone]
}

function placeOf({ id, status }: Worker): string {
  return `${status === 'online' || status === 'draining' ? 'present' : 'gone'} ${id}`
}

function parsePlace(text: string): Place {
  const [group, id = ''] = text.split(' ')
  return { isPresent: z.enum(['present', 'gone']).parse(group) === 'present', id: workerId(id) }
}
