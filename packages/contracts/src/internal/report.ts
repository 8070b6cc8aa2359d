import { FAILURE_CODES } from '@sleepless/domain'
import { z } from 'zod'

import { instantField } from '../http/fields.ts'
import { messageNumberField } from '../http/message.ts'
import { holder } from './holder.ts'
import { usage } from './usage.ts'

const at = instantField

const tokens = z.int().nonnegative()

const modelUse = usage.extend({
  model: z.string().max(200),
  requests: z.int().positive(),
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
})

const quota = z.strictObject({
  credentialId: z.string().max(100),
  isExhausted: z.boolean(),
  resetsAt: instantField.nullable(),
  windows: z
    .array(
      z.strictObject({
        name: z.string().max(100),
        utilization: z.number().nullable(),
        resetsAt: instantField.nullable(),
      }),
    )
    .max(20),
})

export const report = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started'), at, pid: z.int() }),
  z.strictObject({
    type: z.literal('ready'),
    at,
    model: z.string().max(200),
    version: z.string().max(200),
  }),
  z.strictObject({ type: z.literal('acted'), at, action: z.string().max(500) }),
  z.strictObject({ type: z.literal('heard'), at, number: messageNumberField }),
  z.strictObject({ type: z.literal('warned'), at, message: z.string().max(2000) }),
  z.strictObject({
    type: z.literal('used'),
    at,
    /** None, when there is only something to tell of the quota. */
    models: z.array(modelUse).max(20),
    /** Of the attempt, from its start. */
    costMicroUsd: z.int().nonnegative(),
    quota: quota.optional(),
  }),
])
export type Report = z.output<typeof report>

/** Reports in order; those with numbers that were taken before are skipped. */
const numberedReports = {
  /** Number of the first report, from 1 within the attempt. */
  firstSeq: z.int().positive(),
  reports: z.array(report).min(1).max(500),
}

export const reportBatch = z.strictObject({ ...holder, ...numberedReports })
export type ReportBatch = z.input<typeof reportBatch>

/** The last number that is on disk; send the next ones from there. */
export const reportAnswer = z.object({ acknowledgedSeq: z.int() })

const failure = z.strictObject({ code: z.enum(FAILURE_CODES), message: z.string().max(4000) })

const outcome = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('succeeded'),
    summary: z.string().max(4000),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    branch: z.string().max(300).optional(),
    warnings: z.array(z.string().max(2000)).max(50),
  }),
  z.strictObject({ kind: z.literal('failed'), failure }),
  /** Nothing goes on before that moment, when a quota is reset. */
  z.strictObject({ kind: z.literal('parked'), until: instantField, failure }),
  z.strictObject({ kind: z.literal('canceled') }),
  z.strictObject({ kind: z.literal('interrupted') }),
])

export const finishBody = z.strictObject({
  ...holder,
  outcome,
  usage,
  /** What was not told before. */
  last: z.strictObject(numberedReports).optional(),
})
export type FinishBody = z.input<typeof finishBody>

/** Where a chunk of output belongs; repeated bytes are skipped, a gap is refused. */
export const outputQuery = z.strictObject({
  workerId: holder.workerId,
  fence: z.coerce.number().int().positive(),
  offset: z.coerce.number().int().nonnegative(),
})
export const outputAnswer = z.object({ lengthBytes: z.int() })
