import { z } from 'zod'

import {
  attemptIdField,
  cursorField,
  instantField,
  limitField,
  taskIdField,
  workerIdField,
} from './fields.ts'

const workerStatus = z.enum(['online', 'draining', 'lost', 'left'])

/** Query of `GET /v1/workers`. */
export const workerListQuery = z.strictObject({
  status: workerStatus.optional(),
  limit: limitField,
  cursor: cursorField.optional(),
})
export type WorkerListQuery = z.input<typeof workerListQuery>

export const workerView = z.object({
  id: workerIdField,
  /** Its host and process, for people. */
  name: z.string(),
  /**
   * `draining`: it takes nothing new, and finishes what it runs. `lost`: it was silent for longer than its
   * lease. `left`: it said goodbye.
   */
  status: workerStatus,
  labels: z.array(z.string()),
  /** Workers of the same pool take the same orders. */
  pool: z.string(),
  /** How many attempts it runs at once. */
  concurrency: z.int(),
  /** The attempts that it runs. */
  running: z.array(
    z.object({
      attemptId: attemptIdField,
      taskId: taskIdField,
      /** From 1 within the task. */
      number: z.int(),
      claimedAt: instantField.nullable(),
      /** Whether its agent is being stopped. */
      stopping: z.boolean(),
    }),
  ),
  /** What each of its executors can do at present, by name. */
  executors: z.record(
    z.string(),
    z.object({
      available: z.boolean(),
      /** null for one that can't be used. */
      version: z.string().nullable(),
      /** Why it can't be used, and what was found; null for one that can. */
      code: z.string().nullable(),
      detail: z.string().nullable(),
    }),
  ),
  /** What its machine has too little of to start anything more. */
  shortage: z.object({ resource: z.enum(['memory', 'disk']), detail: z.string() }).nullable(),
  /** When somebody asked that it take nothing new. */
  drainRequestedAt: instantField.nullable(),
  joinedAt: instantField,
  /** When it was last heard. */
  seenAt: instantField,
})
export type WorkerView = z.output<typeof workerView>

export const workerList = z.object({
  items: z.array(workerView),
  nextCursor: z.string().nullable(),
})
export type WorkerList = z.output<typeof workerList>
