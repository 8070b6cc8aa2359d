import { z } from 'zod'

import { DEFAULT_HOME } from './home.ts'

/** The environment variables by which clients find a service. */
export const connectionFields = {
  SLEEPLESS_HOME: z.string().default(DEFAULT_HOME),
  SLEEPLESS_API_PORT: z.coerce
    .number('expected a whole number from 0 to 65535')
    .int('expected a whole number from 0 to 65535')
    .min(0, 'expected a whole number from 0 to 65535')
    .max(65_535, 'expected a whole number from 0 to 65535')
    .default(7300),
  SLEEPLESS_API_URL: z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .optional(),
  SLEEPLESS_API_TOKEN: z
    .string()
    .min(8, 'expected at least 8 characters')
    .max(500)
    .regex(/^[\x21-\x7e]+$/, 'expected printable characters without spaces')
    .optional(),
} as const
