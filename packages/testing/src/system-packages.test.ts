import { expect, test } from 'vitest'

import { ensureProgram } from './system-packages.ts'

test('finds a program that is there', async () => {
  const lines: string[] = []
  const log = (line: string): void => void lines.push(line)
  expect(await ensureProgram({ program: 'sh', debianPackage: 'dash', log })).toMatch(/\/sh$/)
  expect(lines).toEqual([])
})
