import { Readable } from 'node:stream'

import { OUTPUT_FROM_HEADER, taskOutputQuery } from '@sleepless/contracts'
import { taskId } from '@sleepless/domain'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

import type { ApiDeps } from '../deps.ts'
import type { Live } from '../live/live.ts'
import { byteRange } from '../output/byte-range.ts'
import { followAsEvents, followAsText } from '../output/follow-output.ts'
import { outputStart, unsatisfiable, type OutputStart } from '../output/output-start.ts'
import { readOutput } from '../output/task-output.ts'
import { byTaskId } from './by-task-id.ts'

const outputHeaders = z.object({
  accept: z.string().optional(),
  range: z.string().optional(),
  'last-event-id': z.coerce.number().int().nonnegative().optional(),
})

/** What a task's agents have printed: as it is, or as it grows. */
export function taskOutputRoutes(deps: ApiDeps, live: Live): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/tasks/:id/output',
      {
        config: { scope: 'read', isCompressible: true },
        schema: { params: byTaskId, querystring: taskOutputQuery, headers: outputHeaders },
      },
      async ({ method, params, query, headers }, reply) => {
        const id = taskId(params.id)
        const { from, tail, follow } = query
        const isPlaceGiven = from !== undefined || tail !== undefined
        if (method !== 'HEAD' && headers.accept?.includes('text/event-stream') === true) {
          const resumed = headers['last-event-id']
          const place = resumed === undefined ? { from, tail } : { from: resumed }
          return followAsEvents({ ...deps, live }, { id, ...place }, reply)
        }
        if (method !== 'HEAD' && follow === 'true') {
          const place = isPlaceGiven ? { from, tail } : { from: firstOf(headers.range) }
          return followAsText({ ...deps, live }, { id, ...place }, reply)
        }
        const start = await outputStart(deps, id, { from, tail })
        return isPlaceGiven
          ? sendFrom(deps, start, reply)
          : sendRange(deps, start, { range: headers.range, reply })
      },
    )
  }
}

function sendFrom(deps: ApiDeps, { output, from }: OutputStart, reply: FastifyReply): FastifyReply {
  void reply.header(OUTPUT_FROM_HEADER, from)
  return sendBytes(deps, output, { from, to: output.lengthBytes, reply })
}

interface RangeRequest {
  readonly range: string | undefined
  readonly reply: FastifyReply
}

/** @throws {ProblemError} 416 when the output is shorter than that. */
function sendRange(
  deps: ApiDeps,
  { output }: OutputStart,
  { range: header, reply }: RangeRequest,
): FastifyReply {
  const { lengthBytes } = output
  const range = byteRange(header, lengthBytes)
  void reply.header('accept-ranges', 'bytes')
  if (range === undefined) return sendBytes(deps, output, { from: 0, to: lengthBytes, reply })
  if (range === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${lengthBytes}`)
    throw unsatisfiable(lengthBytes, 'Range')
  }
  const { from, to } = range
  void reply.status(206).header('content-range', `bytes ${from}-${to - 1}/${lengthBytes}`)
  return sendBytes(deps, output, { from, to, reply })
}

interface Part {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly reply: FastifyReply
}

function sendBytes(
  deps: ApiDeps,
  output: OutputStart['output'],
  { from, to, reply }: Part,
): FastifyReply {
  return reply
    .header('content-length', to - from)
    .type('text/plain; charset=utf-8')
    .send(Readable.from(readOutput(deps, output, from, to), { objectMode: false }))
}

/** Where a range begins that is to go on to the end, wherever that will be. */
function firstOf(range: string | undefined): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
}
