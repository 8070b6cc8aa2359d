import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'

import { invalidRequest } from './problems.ts'

/** Checks requests by their zod schemas; what does not pass is answered with the fields that are wrong. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data: unknown) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? { value: parsed.data } : { error: invalidRequest(parsed.error.issues) }
  }
}
