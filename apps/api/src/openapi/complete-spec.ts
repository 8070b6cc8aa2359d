import { STATUS_CODES } from 'node:http'

import type { SwaggerTransformObject } from '@fastify/swagger'
import { PROBLEM_CONTENT_TYPE } from '@sleepless/contracts'
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod'

import { ANSWER_HEADERS, operations, type Operation } from './operations.ts'
import type { Content, JsonSchema, Spec, SpecAnswer, SpecOperation } from './spec.ts'

/** Adds what is alike for all operations, and what is no JSON; leaves out schemas that nothing refers to. */
export const completeSpec: SwaggerTransformObject = (document) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from the settings beside this
  const spec = withoutTedium(jsonSchemaTransformObject(document) as unknown as Spec)
  const paths = Object.fromEntries(
    Object.entries(spec.paths)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, item]) => [
        path,
        Object.fromEntries(Object.entries(item).map(([verb, one]) => [verb, complete(one)])),
      ]),
  )
  const parts = { ...spec.components, ...SHARED, schemas: {} }
  const components = { ...parts, schemas: referred(spec.components.schemas, [paths, parts]) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the form of the library is a union of versions
  return { ...spec, paths, components } as unknown as ReturnType<SwaggerTransformObject>
}

/** What the format of a moment says, its pattern need not say again at length. */
function withoutTedium(spec: Spec): Spec {
  return JSON.parse(
    JSON.stringify(spec, (_key, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('pattern' in value)) return value
      const { pattern: _pattern, ...rest } = value
      return 'format' in rest && rest.format === 'date-time' ? rest : value
    }),
  )
}

const REQUEST_ID = 'X-Request-Id'

const SHARED = {
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Of your own making: the same key with the same body has the same effect and answer, for 24 hours.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
    },
  },
  headers: {
    [REQUEST_ID]: {
      description: 'The id that the request came with, or a new one; the log has it.',
      required: true,
      schema: { type: 'string' },
    },
  },
} as const

const byId = new Map(Object.values(operations).map((one) => [one.operationId, one]))

function complete(operation: SpecOperation): SpecOperation {
  const known = byId.get(operation.operationId)
  if (known === undefined) throw new Error(`${operation.operationId} is in no table`)
  const { requestBody, parameters = [] } = operation
  const key = { $ref: '#/components/parameters/IdempotencyKey' }
  const all = known.isRepeatable === true ? [...parameters, key] : parameters
  const { schema } = requestBody?.content['application/json'] ?? {}
  return {
    ...operation,
    ...(all.length > 0 && { parameters: all }),
    ...(requestBody && { requestBody: { ...requestBody, required: !allowsNull(schema) } }),
    responses: answersOf(operation, known),
  }
}

function answersOf({ responses }: SpecOperation, known: Operation): SpecOperation['responses'] {
  const { files = {}, alsoAs = [], headers: named = [] } = known
  const others = Object.fromEntries(alsoAs.map((type) => [type, { schema: { type: 'string' } }]))
  const told = Object.keys(files).length > 0 ? Object.entries(files).map(fileAnswer) : undefined
  const headers = {
    [REQUEST_ID]: { $ref: `#/components/headers/${REQUEST_ID}` },
    ...Object.fromEntries(
      named.map((name) => [
        name,
        { description: ANSWER_HEADERS[name], required: true, schema: { type: 'string' } },
      ]),
    ),
  }
  const answers = (told ?? Object.entries(responses)).map(([status, answer]) => [
    status,
    {
      ...answer,
      ...(alsoAs.length > 0 && { content: { ...answer.content, ...others } }),
      description: STATUS_CODES[status] ?? 'Answer',
      headers,
    },
  ])
  return { ...Object.fromEntries(answers), default: refusal() }
}

function fileAnswer([status, types]: readonly [string, readonly string[]]): [string, SpecAnswer] {
  const content: Content = Object.fromEntries(types.map((type) => [type, { schema: {} }]))
  return [status, { description: '', content }]
}

function refusal(): SpecAnswer {
  return {
    description: 'What went wrong, with a stable `code`.',
    headers: { [REQUEST_ID]: SHARED.headers[REQUEST_ID] },
    content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function allowsNull(schema: JsonSchema | undefined): boolean {
  return schema?.anyOf?.some(({ type }) => type === 'null') === true
}

/** Those schemas that something refers to, and what they refer to themselves. */
function referred(
  schemas: Readonly<Record<string, JsonSchema>>,
  from: unknown,
): Record<string, JsonSchema> {
  const found = new Set<string>()
  const pending: unknown[] = [from]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [, name = ''] of JSON.stringify(next).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      if (found.has(name)) continue
      found.add(name)
      pending.push(schemas[name] ?? {})
    }
  }
  return Object.fromEntries(
    Object.entries(schemas)
      .filter(([name]) => found.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}
