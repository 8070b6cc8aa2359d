import { z } from 'zod'

/** What every error answer holds: RFC 9457, with a stable `code`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** Of the task, where somebody acted on a state that has passed. */
  currentStatus: z.string().optional(),
  /** The first field that was wrong, with dots between its parts. */
  field: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
})
export type Problem = z.output<typeof problem>

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'
