import { describe, expect, test } from 'vitest'

import { InvalidIdError } from './errors.ts'
import { attemptId, taskId, workerId } from './ids.ts'

const UUID_V7 = '01890a5d-ac96-774b-bcce-b302099a8057'

const kinds = [
  { kind: 'task', prefix: 'tsk_', make: taskId },
  { kind: 'attempt', prefix: 'att_', make: attemptId },
  { kind: 'worker', prefix: 'wrk_', make: workerId },
] as const

describe.each(kinds)('a $kind id', ({ kind, prefix, make }) => {
  test('is its prefix and a UUIDv7', () => {
    expect(make(`${prefix}${UUID_V7}`)).toBe(`${prefix}${UUID_V7}`)
  })

  test.each([
    ['nothing', ''],
    ['the prefix alone', prefix],
    ['the UUID alone', UUID_V7],
    ['another prefix', `xxx_${UUID_V7}`],
    ['the prefix twice', `${prefix}${prefix}${UUID_V7}`],
    ['capitals', `${prefix}${UUID_V7.toUpperCase()}`],
    ['version 4', `${prefix}01890a5d-ac96-474b-bcce-b302099a8057`],
    ['another variant', `${prefix}01890a5d-ac96-774b-ccce-b302099a8057`],
    ['a line break at the end', `${prefix}${UUID_V7}\n`],
    ['a space before it', ` ${prefix}${UUID_V7}`],
    ['a path', `${prefix}../../etc/passwd`],
    ['a NUL at the end', `${prefix}${UUID_V7}\0`],
    ['one digit too many', `${prefix}${UUID_V7}0`],
  ])('is not %s', (_name, raw) => {
    expect(() => make(raw)).toThrow(InvalidIdError)
  })

  test('that is refused is quoted in part only', () => {
    const raw = `${prefix}${'x'.repeat(10_000)}`
    expect(() => make(raw)).toThrow(InvalidIdError)
    expect(new InvalidIdError(kind, raw).message.length).toBeLessThan(120)
  })
})

test.each([
  [taskId, 'att_'],
  [taskId, 'wrk_'],
  [attemptId, 'tsk_'],
  [attemptId, 'wrk_'],
  [workerId, 'tsk_'],
  [workerId, 'att_'],
])('%o refuses an id that begins with %s', (make, prefix) => {
  expect(() => make(`${prefix}${UUID_V7}`)).toThrow(InvalidIdError)
})
