import { z } from 'zod'

/** Anything with string keys. */
export const fields: z.ZodType<Readonly<Record<string, unknown>>> = z.record(
  z.string(),
  z.unknown(),
)
/** A number that counts for nothing when it is missing. */
export const count: z.ZodType<number> = z.number().nonnegative().catch(0)
/** A string that is empty when it is missing. */
export const text: z.ZodType<string> = z.string().catch('')
