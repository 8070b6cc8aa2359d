import { expect, test } from 'vitest'

import { workerRegistriesField } from './worker-registries.ts'

test('registries are named with their addresses', () => {
  expect(workerRegistriesField.parse(undefined)).toEqual([])
  expect(
    workerRegistriesField.parse('npm=https://mirror.example/npm/, pypi=http://10.0.0.1:8080/a=b'),
  ).toEqual([
    ['npm', 'https://mirror.example/npm'],
    ['pypi', 'http://10.0.0.1:8080/a=b'],
  ])
})

test.each([
  'npm',
  'npm=',
  'crates=https://mirror.example',
  'npm=ftp://mirror.example',
  'npm=https://user:password@mirror.example',
  'npm=https://token@mirror.example',
  'npm=https://mirror.example/?token=a',
])('%s is refused, and not quoted', (text) => {
  const { success, error } = workerRegistriesField.safeParse(text)
  expect(success).toBe(false)
  expect(error?.issues.map(({ message }) => message).join()).not.toMatch(/mirror|token=/)
})
