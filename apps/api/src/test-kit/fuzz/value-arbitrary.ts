import * as fc from 'fast-check'
import type { Arbitrary } from 'fast-check'

import type { JsonSchema } from '../../openapi/spec.ts'

/** Values that mean something to the service, by the name of the field that they are for. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>

/** Values that a schema accepts, or nearly all: what it refines in code is not in it. */
export function valueOf(schema: JsonSchema, known: KnownValues): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) return fc.oneof(...branches.map((one) => valueOf(one, known)))
  switch (schema.type) {
    case 'string':
      return textOf(schema)
    case 'integer':
    case 'number':
      return numberOf(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array': {
      const { items = {}, minItems: minLength = 0, maxItems = MANY } = schema
      const maxLength = Math.max(minLength, Math.min(maxItems, MANY))
      return fc.array(valueOf(items, known), { minLength, maxLength })
    }
    case 'object':
      return objectOf(schema, known)
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 3 })
  }
}

const MANY = 5

function textOf({
  format,
  pattern,
  minLength = 0,
  maxLength = 200,
}: JsonSchema): Arbitrary<unknown> {
  if (format === 'date-time') {
    const max = new Date('2999-01-01T00:00:00Z')
    return fc
      .date({ min: new Date(0), max, noInvalidDate: true })
      .map((moment) => moment.toISOString())
  }
  if (format === 'uuid') return fc.uuid()
  if (pattern !== undefined) {
    return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, maxLength))
  }
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(40, maxLength)) })
}

function numberOf({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1e9 : exclusiveMinimum + 1)
  const max = Math.max(min, Math.min(maximum ?? 1e9, 1e9))
  if (type === 'number') return fc.double({ min, max, noNaN: true })
  // The least whole number there is, is less than JSON's own.
  return fc.integer({ min: Math.max(Math.ceil(min), -1e9), max: Math.floor(max) })
}

function objectOf(schema: JsonSchema, known: KnownValues): Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: others = true } = schema
  if (Object.keys(properties).length === 0) {
    const name = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom(...HOSTILE_NAMES))
    const value = valueOf(typeof others === 'boolean' ? {} : others, known)
    return fc.dictionary(name, value, { maxKeys: others === false ? 0 : MANY })
  }
  const fields = Object.entries(properties).map(([name, field]): [string, Arbitrary<unknown>] => {
    const likely = known[name] ?? []
    const value = valueOf(field, known)
    if (likely.length === 0) return [name, value]
    return [name, fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...likely) }, value)]
  })
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] })
}

/** Which a careless program takes for its own. */
const HOSTILE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', ''] as const

/** What is made to break something, in any place. */
export const hostileText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\u001b[31mred\u001b[0m\u001b]0;title\u0007',
    'a\r\nSet-Cookie: a=b\r\n\r\n',
    '\ud800',
    'a\udfff',
    '\ufeff',
    '\u202e',
    '../../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    String.raw`..\..\windows`,
    "'; DROP TABLE tasks; --",
    '${7*7}{{7*7}}',
    '-0',
    '1e309',
    '0x10',
    'NaN',
    '9'.repeat(400),
    'x'.repeat(100_000),
    '😀'.repeat(20_000),
    '%',
    '%00',
    '%ff',
    ...HOSTILE_NAMES,
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

export const hostileValue: Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.5,
    1e308,
    -1e308,
    2 ** 53,
    2 ** 63,
    5e-324,
    [],
    {},
    [[]],
    Array.from({ length: 2000 }, (_, index) => index),
    nested(40),
    nested(3000),
    JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"isAdmin": true}}}'),
  ),
  fc.jsonValue({ maxDepth: 4 }),
)

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** The value with one thing in it that is otherwise: replaced, added, or left out. */
export function nearly(value: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat(), fc.constantFrom('replace', 'add', 'leave out'), hostileValue)
    .map(([whole, pick, change, other]) => changed(whole, pick, change, other))
}

function changed(whole: unknown, pick: number, change: string, other: unknown): unknown {
  if (typeof whole !== 'object' || whole === null) return other
  const entries = Object.entries(whole)
  const chosen = entries.length === 0 ? -1 : pick % entries.length
  const [name, value] = entries[chosen] ?? ['', undefined]
  // Half of the time further down.
  if (typeof value === 'object' && value !== null && pick % 2 === 0) {
    return assembled(whole, [
      ...entries.filter((_, index) => index !== chosen),
      [name, changed(value, Math.floor(pick / 2), change, other)],
    ])
  }
  const rest = entries.filter((_, index) => index !== chosen)
  if (change === 'leave out') return assembled(whole, rest)
  if (change === 'add') {
    return assembled(whole, [...entries, [HOSTILE_NAMES[pick % HOSTILE_NAMES.length], other]])
  }
  return assembled(whole, [...rest, [name, other]])
}

function assembled(
  as: object,
  entries: readonly (readonly [string | undefined, unknown])[],
): unknown {
  // Also a field `__proto__` is one of its own so, as JSON has it.
  return Array.isArray(as)
    ? entries.map(([, value]) => value)
    : Object.fromEntries(entries.map(([name = '', value]) => [name, value]))
}
