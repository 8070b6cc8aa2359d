import * as fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { z } from 'zod'

import type { JsonSchema } from '../../openapi/spec.ts'
import type { RegisteredRoute } from '../registered-routes.ts'
import { hostileText, hostileValue, nearly, valueOf, type KnownValues } from './value-arbitrary.ts'

export interface FuzzedRequest {
  readonly method: string
  /** With its query, as it is sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Requests to a route: as its schemas want them, nearly so, or in no way. */
export function requestOf(
  { method, url, schema = {}, isUpload }: RegisteredRoute,
  known: KnownValues,
): Arbitrary<FuzzedRequest> {
  const params = valueOf(jsonOf(schema.params), known)
  const query = fc.oneof(
    { weight: 3, arbitrary: mostly(jsonOf(schema.querystring), known).map(queryText) },
    fc.constant(''),
    hostileQuery,
  )
  return fc
    .record({
      params: fc.oneof({ weight: 5, arbitrary: params }, nearly(params)),
      query,
      headers: headersOf(method, isUpload ? 'application/octet-stream' : 'application/json'),
      body: schema.body === undefined ? oddBody : bodyOf(jsonOf(schema.body), known),
    })
    .map((parts) => ({
      method,
      path: `${pathOf(url, parts.params)}${parts.query}`,
      headers: parts.headers,
      body: method === 'GET' ? undefined : parts.body,
    }))
}

function jsonOf(schema: unknown): JsonSchema {
  if (!(schema instanceof z.ZodType)) return { type: 'object', additionalProperties: false }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the keywords, those that are read
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

function mostly(schema: JsonSchema, known: KnownValues): Arbitrary<unknown> {
  const value = valueOf(schema, known)
  return fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 3, arbitrary: nearly(value) },
    { weight: 1, arbitrary: hostileValue },
  )
}

function bodyOf(schema: JsonSchema, known: KnownValues): Arbitrary<string | undefined> {
  return fc.oneof(
    // Own fields named `__proto__` are written like any other.
    { weight: 8, arbitrary: mostly(schema, known).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: oddBody },
  )
}

const oddBody: Arbitrary<string | undefined> = fc.oneof(
  fc.constantFrom(
    undefined,
    '',
    '{',
    'null',
    '"',
    '[1,]',
    '{"a":1,"a":2}',
    '{"__proto__":{"a":1}}',
    '['.repeat(50_000),
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    '1e999999',
    '\ufeff{}',
  ),
  hostileText,
)

function headersOf(method: string, usual: string): Arbitrary<Record<string, string>> {
  if (method === 'GET') return fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, oddHeaders)
  const type = fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    fc.constantFrom('text/plain', 'application/json; charset=utf-7', 'a'),
  )
  return fc
    .tuple(type, fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, oddHeaders))
    .map(([value, others]) => ({ ...others, 'content-type': value }))
}

// What Node lets a client send at all; the rest is sent over bare sockets, in the attacks.
const oddText = hostileText.map((text) =>
  text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 900),
)
const oddHeaders: Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    'idempotency-key',
    'x-request-id',
    'last-event-id',
    'range',
    'accept-encoding',
    'if-match',
    'origin',
    'cookie',
  ),
  fc.oneof(
    oddText,
    fc.constantFrom('bytes=0-', 'bytes=-0', 'bytes=9-1', 'bytes=1e9-', 'gzip', 'br;q=1', '*', '7'),
  ),
  { minKeys: 1 },
)

const hostileQuery: Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(hostileText, fc.constantFrom('limit', 'cursor', 'after', 'a[b]', 'a[__proto__][b]')),
      hostileText,
    ),
    { maxLength: 6 },
  )
  .map((pairs) => `?${pairs.map((pair) => pair.map(escaped).join('=')).join('&')}`.slice(0, 9000))

function queryText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `?${escaped(written(value))}`
  const pairs = Object.entries(value).flatMap(([name, one]) =>
    // A parameter that is there more than once.
    [one].flat().map((item) => `${escaped(name)}=${escaped(written(item))}`),
  )
  return `?${pairs.join('&')}`.slice(0, 9000)
}

function pathOf(url: string, params: unknown): string {
  const values = new Map(
    typeof params === 'object' && params !== null ? Object.entries(params) : [],
  )
  return url
    .replaceAll(/:(\w+)/g, (_, name: string) => escaped(written(values.get(name) ?? name)))
    .slice(0, 4000)
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Half a surrogate pair is in bytes what it would be in UTF-8, were it allowed there. */
function escaped(text: string): string {
  return Array.from(text.slice(0, 3000), (char) =>
    char.isWellFormed()
      ? encodeURIComponent(char)
      : `%ED%${(0x80 | ((char.charCodeAt(0) >> 6) & 0x3f)).toString(16)}%80`,
  ).join('')
}
