import { Readable } from 'node:stream'

import { artifactList } from '@sleepless/contracts'
import { taskId, type Attempt, type TaskId } from '@sleepless/domain'
import { existingTask } from '@sleepless/engine'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { byteRange } from '../output/byte-range.ts'
import { followOutput } from '../output/follow-output.ts'
import { resultKey } from '../output/result-key.ts'
import { readOutput, taskOutput } from '../output/task-output.ts'
import { ProblemError } from '../problems.ts'
import { byTaskId } from './by-task-id.ts'

const outputQuery = z.strictObject({ follow: z.enum(['true', 'false']).optional() })
const rangeHeader = z.object({ range: z.string().optional() })
const byArtifact = byTaskId.extend({ name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/) })

/** What a task left behind: its output, its diff, its files. */
export function taskFileRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tasks/:id/output',
      { schema: { params: byTaskId, querystring: outputQuery, headers: rangeHeader } },
      async ({ method, params, query, headers }, reply) => {
        const id = taskId(params.id)
        if (query.follow === 'true' && method !== 'HEAD') {
          return followOutput(deps, id, headers.range, reply)
        }
        const output = await taskOutput(deps, id)
        const { lengthBytes } = output
        const range = byteRange(headers.range, lengthBytes)
        if (range === 'unsatisfiable') throw unsatisfiable(reply, lengthBytes)
        const { from, to } = range ?? { from: 0, to: lengthBytes }
        void reply
          .status(range === undefined ? 200 : 206)
          .header('accept-ranges', 'bytes')
          .header('content-length', to - from)
          .type('text/plain; charset=utf-8')
        if (range !== undefined) {
          void reply.header('content-range', `bytes ${from}-${to - 1}/${lengthBytes}`)
        }
        return reply.send(Readable.from(readOutput(deps, output, from, to), { objectMode: false }))
      },
    )

    app.get('/tasks/:id/diff', { schema: { params: byTaskId } }, async ({ params }, reply) => {
      const attempt = await committedAttempt(deps, taskId(params.id))
      return sendFile(deps, reply, {
        key: attempt && resultKey(attempt, 'diff.patch'),
        type: 'text/x-diff; charset=utf-8',
      })
    })

    app.get(
      '/tasks/:id/artifacts',
      { schema: { params: byTaskId, response: { 200: artifactList } } },
      async ({ params }) => {
        const attempt = await committedAttempt(deps, taskId(params.id))
        const items = attempt === undefined ? [] : await deps.results.list(resultKey(attempt, ''))
        return { items: [...items], nextCursor: null }
      },
    )

    app.get(
      '/tasks/:id/artifacts/:name',
      { schema: { params: byArtifact } },
      async ({ params }, reply) => {
        const attempt = await committedAttempt(deps, taskId(params.id))
        return sendFile(deps, reply, {
          key: attempt && resultKey(attempt, params.name),
          type: 'application/octet-stream',
        })
      },
    )
  }
}

function unsatisfiable(reply: FastifyReply, lengthBytes: number): ProblemError {
  void reply.header('content-range', `bytes */${lengthBytes}`)
  return new ProblemError(416, 'RANGE_NOT_SATISFIABLE', `the output has ${lengthBytes} bytes`, {
    field: 'Range',
  })
}

/** The attempt that stored the task's commit: the one that succeeded may have gone on where it ended. */
function committedAttempt({ store }: ApiDeps, id: TaskId): Promise<Attempt | undefined> {
  return store.read((tx) => {
    const { finishedAt, result } = existingTask(tx, id)
    const attempts = tx.attempts.ofTask(id)
    const checkpointed = attempts.findLast(
      ({ checkpoint }) =>
        checkpoint !== undefined && (result === undefined || checkpoint.commit === result.commit),
    )
    // Until the end, an agent that runs again may make another commit.
    if (finishedAt !== undefined && checkpointed !== undefined) return checkpointed
    return attempts.findLast(({ status }) => status === 'succeeded')
  })
}

async function sendFile(
  { results }: ApiDeps,
  reply: FastifyReply,
  { key, type }: { readonly key: string | undefined; readonly type: string },
): Promise<FastifyReply> {
  if (key === undefined || !(await results.has(key))) {
    throw new ProblemError(404, 'NO_SUCH_RESULT', 'the task has no such result, or not yet')
  }
  void reply.type(type).header('content-length', await results.sizeBytes(key))
  return reply.send(await results.read(key))
}
