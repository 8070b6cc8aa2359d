import { FAILURE_CODES } from '@sleepless/domain'
import { z } from 'zod'

import { instantField } from './fields.ts'

/** Body of `POST /v1/pause` and `POST /v1/estop`. */
export const pauseBody = z
  .strictObject({
    reason: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('For whoever wonders why nothing starts.'),
  })
  .nullish()

/** Answer of `POST /v1/pause` and `POST /v1/resume`. */
export const pauseView = z.object({
  paused: z.boolean(),
  since: instantField.nullable(),
  reason: z.string().nullable(),
})
export type PauseView = z.output<typeof pauseView>

/** Answer of `POST /v1/estop`. */
export const stopView = pauseView.extend({
  /** How many attempts run, whose agents are being stopped. */
  attempts: z.int().nonnegative(),
  /** How many orders were taken back that no worker had claimed. */
  orders: z.int().nonnegative(),
})
export type StopView = z.output<typeof stopView>

/** Answer of `GET /v1/health`. */
export const serviceHealthView = z.object({
  /** `degraded`: it works, or some of it does; `reasons` says what does not. A pause is none. */
  status: z.enum(['ok', 'degraded']),
  reasons: z.array(
    z.object({
      code: z.enum([
        'DATABASE_FAILING',
        'QUEUE_UNREACHABLE',
        'NO_SCHEDULER',
        'NO_WORKERS',
        'DISK_LOW',
      ]),
      /** What that means, in a sentence. */
      detail: z.string(),
    }),
  ),
  database: z.object({ writable: z.boolean(), sizeBytes: z.int().nonnegative() }),
  queue: z.object({ reachable: z.boolean() }),
  /** Those that are there. */
  workers: z.object({ online: z.int().nonnegative(), draining: z.int().nonnegative() }),
  paused: z.object({ since: instantField, reason: z.string().nullable() }).nullable(),
  /** Of the home. */
  disk: z.object({ freeBytes: z.int().nonnegative(), totalBytes: z.int().nonnegative() }),
  /** The one that decides at present; null when none has been heard of for a lease. */
  scheduler: z
    .object({
      /** Host name, process id and a random part. */
      name: z.string(),
      /** Grows with each change of the leader. */
      term: z.int().positive(),
      since: instantField,
    })
    .nullable(),
  /** Noted down elsewhere, it proves later that the log up to there is the same. */
  events: z.object({
    /** 0 when there is none. */
    headId: z.int().nonnegative(),
    headHash: z.hash('sha256'),
    epoch: z.string(),
  }),
})
export type ServiceHealthView = z.output<typeof serviceHealthView>

const delayField = z.int().nonnegative()

/** Answer of `GET /v1/failures`: every way in which a task can fail. */
export const failureReasonList = z.object({
  items: z.array(
    z.object({
      code: z.enum(FAILURE_CODES),
      cause: z.string(),
      remedy: z.string(),
      /** Whether it is tried again by itself. */
      retryable: z.boolean(),
      /** Whether it uses up a try. */
      counted: z.boolean(),
      maxTries: z.int(),
      /** The longest pause before the second try, and before any; the pause itself is drawn by lot. */
      backoff: z.object({ initialDelayMs: delayField, maxDelayMs: delayField }),
    }),
  ),
  nextCursor: z.null(),
})
export type FailureReasonList = z.output<typeof failureReasonList>
