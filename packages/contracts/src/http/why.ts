import { TASK_STATUSES } from '@sleepless/domain'
import { z } from 'zod'

import { taskIdField } from './fields.ts'
import { waitingForView } from './task.ts'

/** Answer of `GET /v1/tasks/{id}/why`. */
export const whyView = z.object({
  status: z.enum(TASK_STATUSES),
  /** In one or two sentences, for a person. */
  explanation: z.string(),
  waitingFor: waitingForView.nullable(),
  /** From 1: its place among the tasks that could start if there were slots enough. */
  place: z.int().nullable(),
  /** Whether it is dispatched next, within the slots that are free. */
  isNext: z.boolean(),
  dependsOn: z.array(
    z.object({
      id: taskIdField,
      status: z.enum(TASK_STATUSES),
      /** Whether it is still waited for. */
      isBlocking: z.boolean(),
    }),
  ),
})
export type WhyView = z.output<typeof whyView>
