import { z } from 'zod'

import { instantField, moneyUsdField } from './fields.ts'

const MAX_DAYS = 90

/** Query of `GET /v1/usage`. */
export const usageQuery = z.strictObject({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DAYS)
    .default(7)
    .describe('How many, today with them.'),
})

const dayField = z.iso.date()
const count = z.int().nonnegative()

/** What was used: at list prices, by the workers' own count. */
export const used = {
  requests: count,
  /** Without what came from the provider's cache, or was put into it. */
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: moneyUsdField,
}

/** Answer of `GET /v1/usage`. Days are those of UTC. */
export const usageView = z.object({
  today: z.object({
    day: dayField,
    spentUsd: moneyUsdField,
    /** The day's budget; null when there is none. */
    limitUsd: moneyUsdField.nullable(),
    leftUsd: moneyUsdField.nullable(),
    /** The part of what is left that running attempts may spend without asking. */
    heldUsd: moneyUsdField.nullable(),
  }),
  /** Oldest first; days without anything are left out. */
  days: z.array(
    z.object({
      day: dayField,
      spentUsd: moneyUsdField,
      /** The part that attempts may have spent which were lost: all that they were allowed. */
      unseenUsd: moneyUsdField,
    }),
  ),
  /** Over all of these days. */
  models: z.array(z.object({ model: z.string(), ...used })),
  projects: z.array(
    z.object({
      /** null for thoughts. */
      project: z.string().nullable(),
      ...used,
    }),
  ),
  quotas: z.array(
    z.object({
      /** Tells accounts apart, and nothing of their credentials. */
      credentialId: z.string(),
      isExhausted: z.boolean(),
      resetsAt: instantField.nullable(),
      /** When the provider said so. */
      at: instantField,
      windows: z.array(
        z.object({
          name: z.string(),
          /** From 0 to 1, or more. */
          utilization: z.number().nullable(),
          resetsAt: instantField.nullable(),
        }),
      ),
    }),
  ),
})
export type UsageView = z.output<typeof usageView>
