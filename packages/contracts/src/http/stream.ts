import { z } from 'zod'

import { eventsReset, eventStreamQuery, eventView } from './event.ts'
import { taskIdField } from './fields.ts'
import { isOnePlace, outputEnd, outputPiece, outputPlace } from './output.ts'

/** Of a WebSocket: the events that it asks for, or the output of one task. */
export const streamQuery = z
  .strictObject({
    ...eventStreamQuery.shape,
    /** The output of this task, and no events. */
    output: taskIdField.optional(),
    ...outputPlace,
  })
  .refine(
    ({ output, after, task, project, types }) =>
      output === undefined || [after, task, project, types].every((field) => field === undefined),
    {
      path: ['output'],
      error: 'after, task, project and types are for events; this stream has none',
    },
  )
  .refine(({ output, from, tail }) => output !== undefined || (from ?? tail) === undefined, {
    path: ['output'],
    error: 'from and tail say where to begin in an output',
  })
  .refine(isOnePlace, { path: ['tail'], error: 'from and tail exclude each other' })

/** One text frame of a WebSocket, as JSON. */
export const streamFrame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: eventView }),
  eventsReset.extend({ kind: z.literal('reset') }),
  outputPiece.extend({ kind: z.literal('output') }),
  outputEnd.extend({ kind: z.literal('end') }),
])
export type StreamFrame = z.output<typeof streamFrame>

/** With which codes the service closes a WebSocket. After all but `unwanted` it may be opened again. */
export const STREAM_CLOSE_CODES = {
  /** The output is complete. */
  complete: 1000,
  /** The service stops, or its disk fails. */
  away: 1001,
  /** The client has sent something: nothing is to be sent here. */
  unwanted: 1008,
  /** What the client has sent was large, too. */
  oversized: 1009,
  /** The token was revoked or replaced, or has expired. */
  tokenEnded: 4001,
  /** The client has taken nothing, or answered no ping, for half a minute. */
  slow: 4008,
} as const
