import { z } from 'zod'

/** What an attempt may spend of the day's budget, counted from its start. */
export const allowance = z.object({
  totalMicroUsd: z.int().nonnegative(),
  /** Until the day ends: what is begun later belongs to another day's budget. */
  validForMs: z.number(),
  /** When there may be enough for what was asked for; null: never, or there is. */
  nextChanceInMs: z.number().nullable(),
})
export type AllowanceView = z.output<typeof allowance>

/** null: the day has no budget. */
export const allowanceAnswer = z.object({ allowance: allowance.nullable() })
