import type { SwaggerTransform } from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'

import { operations } from './operations.ts'

/** Adds to a route's schemas what the table of operations says of it; what is not there, is hidden. */
export const describeRoute: SwaggerTransform = (input) => {
  const { route, url } = input
  const operation = operations[`${String(route.method)} ${url}`]
  if (operation === undefined) return { schema: { hide: true }, url }
  const { operationId, summary, tag } = operation
  const { scope = 'admin' } = route.config ?? {}
  const schema = {
    ...input.schema,
    operationId,
    summary,
    tags: [tag],
    'x-scope': scope,
    security: scope === 'none' ? [] : [{ bearer: [] }, { session: [] }],
  }
  return jsonSchemaTransform({ ...input, schema })
}
