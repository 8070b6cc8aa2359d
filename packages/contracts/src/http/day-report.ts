import { z } from 'zod'

import { instantField, moneyUsdField, projectNameField, taskIdField } from './fields.ts'
import { reportFormatField } from './task-report.ts'
import { failureView } from './task.ts'

const timeZoneField = z
  .string()
  .max(64)
  .refine(isTimeZone, 'expected the name of a time zone, such as Europe/Berlin')

/** Query of `GET /v1/reports`. */
export const dayReportQuery = z.strictObject({
  /** Default: today. */
  day: z.iso.date().optional(),
  project: projectNameField.optional(),
  /** Where the day begins and ends at midnight. */
  timeZone: timeZoneField.default('UTC'),
  format: reportFormatField,
})
export type DayReportQuery = z.input<typeof dayReportQuery>

const count = z.int().nonnegative()

/** Of each task, what is long is cut. */
const digest = {
  id: taskIdField,
  /** null for a thought. */
  project: z.string().nullable(),
  /** The beginning of its prompt. */
  asked: z.string(),
}

const succeeded = z.object({
  ...digest,
  finishedAt: instantField,
  done: z.string(),
  commit: z.string().nullable(),
  costUsd: moneyUsdField,
})
const failed = z.object({ ...digest, finishedAt: instantField, failure: failureView })
const open = z.object({ ...digest, startedAt: instantField.nullable() })

/** The first of them, and how many more there are. */
function some<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; more: typeof count }> {
  return z.object({ items: z.array(item), more: count })
}

/** Answer of `GET /v1/reports`. */
export const dayReportView = z.object({
  day: z.iso.date(),
  timeZone: z.string(),
  from: instantField,
  /** Not with it. */
  until: instantField,
  /** null: of all projects, and thoughts. */
  project: z.string().nullable(),
  /** How many tasks ended on that day. */
  counts: z.object({ succeeded: count, failed: count, canceled: count }),
  /** The last to end first. */
  succeeded: some(succeeded),
  failed: some(failed),
  /** What has not ended; null for another day than today. */
  open: z.object({ running: some(open), waiting: some(open) }).nullable(),
  money: z.object({
    /** Money is counted by days of UTC: this is that of the same date. */
    spentUsd: moneyUsdField,
    /** The budget of the whole service, today; null when it has none, and for another day. */
    limitUsd: moneyUsdField.nullable(),
    leftUsd: moneyUsdField.nullable(),
  }),
  /** The busiest first; the first ten of them. */
  projects: z.array(
    z.object({
      /** null for thoughts. */
      project: z.string().nullable(),
      succeeded: count,
      failed: count,
      canceled: count,
      costUsd: moneyUsdField,
    }),
  ),
})
export type DayReport = z.output<typeof dayReportView>

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format()
    return true
  } catch {
    return false
  }
}
