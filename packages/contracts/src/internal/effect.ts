import { z } from 'zod'

import { jsonObjectField, taskIdField } from '../http/fields.ts'

const keyField = z.string().min(1).max(300)

export const beginEffectBody = z.strictObject({
  key: keyField,
  kind: z.string().min(1).max(100),
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
