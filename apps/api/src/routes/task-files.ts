import { Readable } from 'node:stream'

import { taskId } from '@sleepless/domain'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import { byteRange } from '../output/byte-range.ts'
import { followOutput } from '../output/follow-output.ts'
import { resultKey } from '../output/result-key.ts'
import { readOutput, taskOutput } from '../output/task-output.ts'
import { committedAttempt, sendResult } from '../output/task-results.ts'
import { ProblemError } from '../problems.ts'
import { byTaskId } from './by-task-id.ts'

const outputQuery = z.strictObject({ follow: z.enum(['true', 'false']).optional() })
const rangeHeader = z.object({ range: z.string().optional() })

/** What a task has printed and changed. */
export function taskFileRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tasks/:id/output',
      {
        config: { scope: 'read', isCompressible: true },
        schema: { params: byTaskId, querystring: outputQuery, headers: rangeHeader },
      },
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

    app.get(
      '/tasks/:id/diff',
      { config: { scope: 'read', isCompressible: true }, schema: { params: byTaskId } },
      async ({ params }, reply) => {
        const attempt = await committedAttempt(deps, taskId(params.id))
        return sendResult(deps, reply, {
          key: attempt && resultKey(attempt, 'diff.patch'),
          type: 'text/x-diff; charset=utf-8',
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
