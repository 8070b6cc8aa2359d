import { z } from 'zod'

/** Largest prompt, in bytes of UTF-8. */
export const MAX_PROMPT_BYTES = 64 * 1024
/** Largest page of a list. */
const MAX_PAGE = 200

const UUID_V7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

export const taskIdField = z.string().regex(new RegExp(`^tsk_${UUID_V7}$`), 'expected a task id')
export const attemptIdField = z
  .string()
  .regex(new RegExp(`^att_${UUID_V7}$`), 'expected an attempt id')
export const workerIdField = z
  .string()
  .regex(new RegExp(`^wrk_${UUID_V7}$`), 'expected a worker id')

export const tokenIdField = z.string().regex(new RegExp(`^tok_${UUID_V7}$`), 'expected a token id')

/** A slug: lower-case letters, digits and single hyphens. */
export const projectNameField = z
  .string()
  .max(64)
  .regex(
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
    'expected lower-case letters, digits and single hyphens, such as my-project',
  )

/** Name of an executor: `claude`, or `command:` and the name that a worker gives a program. */
export const executorField = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9-]*(?::[A-Za-z0-9][A-Za-z0-9._-]*)?$/, 'expected the name of an executor')

/** What a worker has, and a task needs: `gpu`, `region=eu`. */
export const labelField = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._=/-]*$/, 'expected a label of letters, digits and ._=/-')

export const instantField = z.iso.datetime()
export const moneyUsdField = z.number().nonnegative()

export const limitField = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_PAGE)
  .default(50)
  .describe('How many at most.')

export const cursorField = z
  .string()
  .min(1)
  .max(200)
  .describe('An opaque place in a list: `nextCursor`, as a page before gave it.')

/** Words of a person. Most are so short that they fit whatever their characters are. */
export function textField(what: string, maxBytes: number): z.ZodString {
  return z
    .string()
    .refine((text) => text.trim() !== '', `the ${what} is empty`)
    .refine((text) => text.isWellFormed(), `the ${what} holds half of a surrogate pair`)
    .refine(
      (text) => text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes,
      `the ${what} is larger than ${maxBytes} bytes`,
    )
}

export const promptField = textField('prompt', MAX_PROMPT_BYTES)

const MAX_JSON_DEPTH = 32
type JsonObject = Record<string, z.input<ReturnType<typeof z.json>>>

/**
 * A JSON object that is kept and given back. What is nested deeper than 32 levels is refused before
 * anything looks at it that calls itself for each level.
 */
export const jsonObjectField = z
  .custom<JsonObject>(isShallow, {
    error: `it is nested deeper than ${MAX_JSON_DEPTH} levels`,
    abort: true,
  })
  .pipe(z.record(z.string().max(200), z.json()))
  .meta({ type: 'object' })

function isShallow(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) return false
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
  return true
}
