import type { Executor } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { createCommandExecutor } from './command/command-executor.ts'
import { createExecutorRegistry } from './executor-registry.ts'

const program = (name: string): Executor =>
  createCommandExecutor({ name, file: '/bin/true', killGraceMs: 100 })

test('an executor is found by its name, and nothing else is', () => {
  const lint = program('lint')
  const registry = createExecutorRegistry([program('test'), lint])
  expect(registry.find('command:lint')).toBe(lint)
  expect(
    ['lint', 'command:', '', 'constructor', '__proto__'].map((name) => registry.find(name)),
  ).toEqual(Array.from({ length: 5 }, () => undefined))
})

test('they are listed in their order', () => {
  const registry = createExecutorRegistry([program('b'), program('a')])
  expect([...registry].map(({ name }) => name)).toEqual(['command:b', 'command:a'])
})

test('two of one name are refused', () => {
  expect(() => createExecutorRegistry([program('a'), program('b'), program('a')])).toThrow(
    expect.objectContaining({
      code: 'DUPLICATE_EXECUTOR',
      message: 'expected one executor command:a, got two',
    }),
  )
})
