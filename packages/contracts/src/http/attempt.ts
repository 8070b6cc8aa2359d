import { ATTEMPT_STATUSES } from '@sleepless/domain'
import { z } from 'zod'

import { attemptIdField, instantField, moneyUsdField } from './fields.ts'
import { failureView } from './task.ts'

export const attemptView = z.object({
  id: attemptIdField,
  /** From 1, in the order of dispatch. */
  number: z.int(),
  status: z.enum(ATTEMPT_STATUSES),
  workerId: z.string().nullable(),
  sessionId: z.string().nullable(),
  startedAt: instantField.nullable(),
  finishedAt: instantField.nullable(),
  costUsd: moneyUsdField,
  failure: failureView.nullable(),
})
export type AttemptView = z.output<typeof attemptView>

export const attemptList = z.object({
  items: z.array(attemptView),
  nextCursor: z.string().nullable(),
})
export type AttemptList = z.output<typeof attemptList>

const artifactView = z.object({
  name: z.string(),
  sizeBytes: z.int(),
})
export const artifactList = z.object({
  items: z.array(artifactView),
  nextCursor: z.string().nullable(),
})
export type ArtifactList = z.output<typeof artifactList>
