import { z } from 'zod'

export const usage = z.strictObject({
  costMicroUsd: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
})
