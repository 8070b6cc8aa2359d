import { expect, test } from 'vitest'

import { unquotePath } from './quoted-path.ts'

test.each([
  ['plain/name', 'plain/name'],
  [String.raw`"\303\274/\"q\"\\\n\t"`, 'ü/"q"\\\n\t'],
  [String.raw`"a b\001c7"`, 'a b\u0001c7'],
])('%j is a path', (quoted, path) => {
  expect(unquotePath(quoted).toString('utf8')).toBe(path)
})

test('bytes that are not UTF-8 are kept', () => {
  expect([...unquotePath(String.raw`"\377\376"`)]).toEqual([255, 254])
})
