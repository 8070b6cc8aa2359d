import { z } from 'zod'

import { jsonObjectField, taskIdField } from '../http/fields.ts'
import { holder } from './holder.ts'

const keyField = z.string().min(1).max(300)
const kindField = z.string().min(1).max(100)

/** Of a service, which has no attempt. */
export const beginEffectBody = z.strictObject({
  key: keyField,
  kind: kindField,
  taskId: taskIdField.optional(),
})
export type BeginEffectBody = z.input<typeof beginEffectBody>

export const effectAnswer = z.object({
  /**
   * `begun`: this request began it. `unknown`: it was begun before and never completed, so look at
   * the world first. `completed`: here is what came of it.
   */
  state: z.enum(['begun', 'unknown', 'completed']),
  result: z.record(z.string(), z.json()).nullable(),
})
export type EffectAnswer = z.output<typeof effectAnswer>

export const completeEffectBody = z.strictObject({ key: keyField, result: jsonObjectField })

/** Of an attempt: only its holder may begin it, and complete it. */
export const beginAttemptEffectBody = z.strictObject({
  ...holder,
  key: keyField,
  kind: kindField,
  /** What is about to be done: enough to find out whether it was. */
  intent: jsonObjectField,
  /** With what the keys of all begin that change the same thing in the world. */
  series: keyField,
})
export type BeginAttemptEffectBody = z.input<typeof beginAttemptEffectBody>

export const attemptEffectAnswer = effectAnswer.extend({
  /** Effects of the series that were begun before, oldest first. */
  earlier: z.array(z.object({ intent: z.record(z.string(), z.json()), isCompleted: z.boolean() })),
})
export type AttemptEffectAnswer = z.output<typeof attemptEffectAnswer>

export const completeAttemptEffectBody = completeEffectBody.extend(holder)
