import type { z } from 'zod'

import { StartupError } from './startup-error.ts'

/** Values by name, as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a process's whole configuration, once, in `main.ts`. An empty or blank value counts as unset.
 *
 * @throws {StartupError} naming every bad variable, and the value of none.
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''))
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.')}: ${withoutValue(issue)}`,
  )
  throw new StartupError(
    `Bad configuration: ${problems.join('; ')}.`,
    'Correct it in the environment or in .env.',
  )
}

function withoutValue(issue: z.core.$ZodIssue): string {
  // These are the messages of zod that quote what was given.
  if (issue.code === 'invalid_union' || issue.code === 'unrecognized_keys') return 'bad value'
  return issue.message
}
