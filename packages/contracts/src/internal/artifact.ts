import { z } from 'zod'

import { holder } from './holder.ts'

/**
 * Checkpoints take the numbered names in turn: the artifacts of the one that is known stay whole while
 * those of the next one are on their way.
 */
export const TRANSCRIPT_NAMES = ['session-0.jsonl', 'session-1.jsonl', 'session-2.jsonl'] as const
export const WORK_NAMES = ['work-0.bundle', 'work-1.bundle', 'work-2.bundle'] as const

/** What attempts may leave behind. */
export const ARTIFACT_NAMES = [
  'diff.patch',
  'commit.bundle',
  ...TRANSCRIPT_NAMES,
  ...WORK_NAMES,
] as const

export const sha256Field = z.string().regex(/^[0-9a-f]{64}$/)

export const artifactQuery = z.strictObject({
  workerId: holder.workerId,
  fence: z.coerce.number().int().positive(),
  /** Of the content, as hex; an upload that does not match is refused. */
  sha256: sha256Field,
})
