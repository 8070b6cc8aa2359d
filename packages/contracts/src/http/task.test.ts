import { assert, property, string, stringMatching } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { MAX_PROMPT_BYTES } from './fields.ts'
import { submitTaskBody, taskListQuery } from './task.ts'

/** The fields that are wrong, with what is wrong with them. */
function problemsOf(body: unknown): readonly string[] {
  const parsed = submitTaskBody.safeParse(body)
  if (parsed.success) return []
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const isTaken = (body: unknown): boolean => submitTaskBody.safeParse(body).success

describe('a prompt', () => {
  test.each(['', ' ', '\n\t ', '\u00a0\u2003'])('that is %j is refused', (prompt) => {
    expect(problemsOf({ prompt })).toEqual(['prompt: the prompt is empty'])
  })

  test.each([
    ['one byte', 'a'],
    ['two bytes', 'é'],
    ['four bytes', '😀'],
  ])('may have 64 KiB in characters of %s, and not one byte more', (_name, character) => {
    const size = Buffer.byteLength(character)
    const prompt = character.repeat(MAX_PROMPT_BYTES / size)
    expect(Buffer.byteLength(prompt)).toBe(MAX_PROMPT_BYTES)
    expect(isTaken({ prompt })).toBe(true)
    expect(problemsOf({ prompt: `${prompt}a` })).toEqual([
      'prompt: the prompt is larger than 65536 bytes',
    ])
  })

  test('may have 64 KiB in characters of three bytes, and not one byte more', () => {
    const prompt = `${'世'.repeat(21_845)}a`
    expect(Buffer.byteLength(prompt)).toBe(MAX_PROMPT_BYTES)
    expect(isTaken({ prompt })).toBe(true)
    expect(isTaken({ prompt: `${prompt}a` })).toBe(false)
  })

  test('is kept as it is, with its spaces and line breaks', () => {
    const prompt = '  first\r\n\tsecond \u0000 \u2028 😀  '
    expect(submitTaskBody.parse({ prompt }).prompt).toBe(prompt)
  })

  test('is taken exactly when it is neither empty nor too large, whatever it says', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 50 }), (prompt) => {
        expect(isTaken({ prompt })).toBe(prompt.trim() !== '')
      }),
    )
  })

  test.each([undefined, null, 5, ['a'], { text: 'a' }])('that is %j is refused', (prompt) => {
    expect(isTaken({ prompt })).toBe(false)
  })
})

const prompt = 'think'

describe('a task', () => {
  test.each([null, undefined, [], 'prompt', 5])('that is %j is refused', (body) => {
    expect(isTaken(body)).toBe(false)
  })

  test('with a field that nobody knows is refused, and the field named', () => {
    expect(problemsOf({ prompt, promt: 'x' })).toEqual([': Unrecognized key: "promt"'])
  })

  test('may be serious when it has a project', () => {
    expect(isTaken({ prompt, kind: 'serious', project: 'shop' })).toBe(true)
    expect(isTaken({ prompt, project: 'shop' })).toBe(true)
  })

  test('cannot be serious without a project', () => {
    expect(problemsOf({ prompt, kind: 'serious' })).toEqual([
      'project: a serious task needs a project',
    ])
  })

  test('cannot be a thought with a project', () => {
    expect(problemsOf({ prompt, kind: 'thought', project: 'shop' })).toEqual([
      'kind: a task with a project is serious, not a thought',
    ])
  })

  test.each([
    [{ priority: 0 }],
    [{ priority: 100 }],
    [{ timeoutMs: 1000 }],
    [{ timeoutMs: 86_400_000 }],
    [{ budgetUsd: 0.000001 }],
    [{ notBefore: '2026-01-01T00:00:00Z' }],
    [{ notBefore: '2026-01-01T00:00:00.123456Z' }],
    [{ model: 'claude-opus-4-5[1m]' }],
    [{ model: 'eu.anthropic/claude:1@x' }],
    [{ requester: 'slack:U1 größe' }],
    [{ metadata: {} }],
    [{ metadata: { a: [1, null, { b: 'é' }] } }],
  ])('may have %j', (fields) => {
    expect(problemsOf({ prompt, ...fields })).toEqual([])
  })

  test.each([
    [{ priority: -1 }],
    [{ priority: 101 }],
    [{ priority: 1.5 }],
    [{ priority: '5' }],
    [{ timeoutMs: 999 }],
    [{ timeoutMs: 86_400_001 }],
    [{ budgetUsd: 0 }],
    [{ budgetUsd: -1 }],
    [{ budgetUsd: Infinity }],
    [{ notBefore: 'tomorrow' }],
    [{ notBefore: '2026-02-30T00:00:00Z' }],
    [{ notBefore: '2026-01-01' }],
    [{ notBefore: 0 }],
    [{ model: '' }],
    [{ model: '--dangerously-skip-permissions' }],
    [{ model: 'a b' }],
    [{ requester: '' }],
    [{ metadata: [] }],
    [{ metadata: 'text' }],
    [{ kind: 'joke' }],
    [{ project: '' }],
  ])('cannot have %j', (fields) => {
    expect(problemsOf({ prompt, ...fields })).toHaveLength(1)
  })
})

describe('the metadata of a task', () => {
  const sized = (characters: number, character: string): unknown => ({
    a: character.repeat(characters),
  })

  test('may have 8 KiB as JSON, and not one byte more', () => {
    expect(isTaken({ prompt, metadata: sized(8192 - 8, 'x') })).toBe(true)
    expect(isTaken({ prompt, metadata: sized(8192 - 7, 'x') })).toBe(false)
  })

  test('is measured in bytes, not in characters', () => {
    expect(isTaken({ prompt, metadata: sized(4092, 'é') })).toBe(true)
    expect(isTaken({ prompt, metadata: sized(4093, 'é') })).toBe(false)
  })

  test('changes no prototype', () => {
    const body: unknown = JSON.parse('{"prompt":"x","metadata":{"__proto__":{"polluted":true}}}')
    submitTaskBody.safeParse(body)
    expect({}).not.toHaveProperty('polluted')
    expect(submitTaskBody.safeParse(body).data?.metadata ?? {}).not.toHaveProperty('polluted')
  })
})

describe('the name of a project', () => {
  const isName = (project: string): boolean => isTaken({ prompt, project })

  test.each(['a', '0', 'shop', 'my-shop-2', 'a'.repeat(64)])('may be %s', (name) => {
    expect(isName(name)).toBe(true)
  })

  test.each([
    'A',
    'Shop',
    '-a',
    'a-',
    'a--b',
    'a_b',
    'a.b',
    'a/b',
    '..',
    '../a',
    'a b',
    'a\n',
    'größe',
    'a'.repeat(65),
  ])('cannot be %j', (name) => {
    expect(isName(name)).toBe(false)
  })

  test('is safe as the name of a file and of a branch, whatever it is', () => {
    assert(
      property(stringMatching(/^[a-zA-Z0-9./_ -]{1,20}$/), (name) => {
        expect(isName(name)).toBe(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      }),
    )
  })
})

describe('a query for tasks', () => {
  test('asks for 50 when it does not say how many', () => {
    expect(taskListQuery.parse({})).toEqual({ limit: 50 })
  })

  test.each([['1', 1] as const, ['200', 200] as const])('may ask for %s', (limit, parsed) => {
    expect(taskListQuery.parse({ limit })).toEqual({ limit: parsed })
  })

  test.each([
    [{ limit: '0' }],
    [{ limit: '201' }],
    [{ limit: '1.5' }],
    [{ limit: 'all' }],
    [{ cursor: '' }],
    [{ status: 'done' }],
    [{ order: 'asc' }],
  ])('cannot be %j', (query) => {
    expect(taskListQuery.safeParse(query).success).toBe(false)
  })
})
