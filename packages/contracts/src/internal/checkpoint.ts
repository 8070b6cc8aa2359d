import { z } from 'zod'

import { attemptIdField } from '../http/fields.ts'
import { ARTIFACT_NAMES, sha256Field } from './artifact.ts'
import { usage } from './usage.ts'

const commitField = z.string().regex(/^[0-9a-f]{40}$/)
const branchField = z.string().min(1).max(300)

const session = z.strictObject({
  sessionId: z.uuid(),
  artifact: z.enum(ARTIFACT_NAMES),
  sizeBytes: z.int().positive(),
  sha256: sha256Field,
  /** Number of the last message of the task that the transcript tells of. */
  heard: z.int().nonnegative(),
})
export type SessionRecordView = z.output<typeof session>

const committed = z.strictObject({
  stage: z.literal('committed'),
  commit: commitField,
  branch: branchField,
  base: commitField.nullable(),
  summary: z.string().max(4000),
  warnings: z.array(z.string().max(2000)).max(50),
  usage,
  session: session.nullish(),
})
export type CommittedCheckpointView = z.output<typeof committed>

const working = z.strictObject({
  stage: z.literal('working'),
  commit: commitField.nullable(),
  bundle: z.enum(ARTIFACT_NAMES).nullable(),
  branch: branchField,
  base: commitField.nullable(),
  session: session.nullable(),
})
export type WorkingCheckpointView = z.output<typeof working>

/** What a later attempt needs to go on. */
export const checkpoint = z.discriminatedUnion('stage', [committed, working])
export type Checkpoint = z.output<typeof checkpoint>

/** In the answer to a claim: where an earlier attempt got to. */
export const resume = z.object({
  /** Whose attempt it was: the task's own, or that of the task that it follows. */
  of: z.enum(['task', 'predecessor']),
  attemptId: attemptIdField,
  checkpoint,
})
export type Resume = z.output<typeof resume>
