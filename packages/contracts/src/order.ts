import { z } from 'zod'

import { attemptIdField, taskIdField } from './http/fields.ts'

/** An order as it travels through a queue. */
export const orderMessage = z.strictObject({
  attemptId: attemptIdField,
  taskId: taskIdField,
  fence: z.int().positive(),
  pool: z.string(),
})

/** A control message as it travels past the queue. */
export const controlMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['cancel', 'stop', 'message']), attemptId: attemptIdField }),
  z.strictObject({ type: z.literal('heed') }),
])
