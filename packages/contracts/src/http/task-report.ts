import { ATTEMPT_STATUSES, TASK_STATUSES } from '@sleepless/domain'
import { z } from 'zod'

import { instantField, moneyUsdField, taskIdField } from './fields.ts'
import { failureView } from './task.ts'
import { used } from './usage.ts'

/** `markdown` is for people; without it, the header `Accept` decides. */
export const reportFormatField = z.enum(['json', 'markdown']).optional()

/** Query of `GET /v1/tasks/{id}/report`. */
export const taskReportQuery = z.strictObject({ format: reportFormatField })

const count = z.int().nonnegative()
const durationMs = z.number().nonnegative()

/** What a commit changes, as its diff says. */
const changes = z.object({
  files: count,
  insertions: count,
  deletions: count,
  /** In the order of the diff, the first of them. */
  paths: z.array(z.object({ path: z.string(), insertions: count, deletions: count })),
  /** Paths that are not named. */
  more: count,
  /** false: the diff is so long that only a part of it was counted. */
  whole: z.boolean(),
})
export type Changes = z.output<typeof changes>

const attempt = z.object({
  number: z.int(),
  status: z.enum(ATTEMPT_STATUSES),
  /** Name of the worker; null before the claim. */
  worker: z.string().nullable(),
  claimedAt: instantField.nullable(),
  finishedAt: instantField.nullable(),
  costUsd: moneyUsdField,
  /** Why it ended, in a sentence; null while it has not, and for one that succeeded. */
  why: z.string().nullable(),
})

/** Answer of `GET /v1/tasks/{id}/report`. */
export const taskReportView = z.object({
  id: taskIdField,
  project: z.string().nullable(),
  status: z.enum(TASK_STATUSES),
  requester: z.string().nullable(),
  createdAt: instantField,
  startedAt: instantField.nullable(),
  finishedAt: instantField.nullable(),
  /** The prompt. */
  asked: z.string(),
  /** What the agent said that it did; null until it has succeeded. */
  done: z.string().nullable(),
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  pullRequestUrl: z.string().nullable(),
  /** null without a commit. */
  changes: changes.nullable(),
  failure: failureView.nullable(),
  /** What it waits for, in a sentence; null when for nothing. */
  waitingFor: z.string().nullable(),
  /** Of all attempts. */
  costUsd: moneyUsdField,
  /** By the workers' own count, the dearest first. */
  models: z.array(z.object({ model: z.string(), ...used })),
  time: z.object({
    /** For a worker, a pause, a person: all but the time with a worker. */
    waitingMs: durationMs,
    runningMs: durationMs,
  }),
  attempts: z.array(attempt),
  messages: z.array(
    z.object({
      number: z.int(),
      text: z.string(),
      receivedAt: instantField,
      /** Whether an agent was given it. */
      delivered: z.boolean(),
    }),
  ),
  warnings: z.array(z.string()),
})
export type TaskReport = z.output<typeof taskReportView>
