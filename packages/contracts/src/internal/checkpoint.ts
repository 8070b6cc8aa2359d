import { z } from 'zod'

import { attemptIdField } from '../http/fields.ts'
import { usage } from './usage.ts'

const commitField = z.string().regex(/^[0-9a-f]{40}$/)

/** What a later attempt needs to go on after the agent. */
export const checkpoint = z.strictObject({
  stage: z.literal('committed'),
  commit: commitField,
  branch: z.string().min(1).max(300),
  base: commitField.nullable(),
  summary: z.string().max(4000),
  warnings: z.array(z.string().max(2000)).max(50),
  usage,
})
export type Checkpoint = z.output<typeof checkpoint>

/** In the answer to a claim: where an earlier attempt got to whose agent succeeded. */
export const resume = z.object({ attemptId: attemptIdField, checkpoint })
export type Resume = z.output<typeof resume>
