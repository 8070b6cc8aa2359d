import { seededRandom } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { taskMix, type PlannedTask } from './task-mix.ts'

const everything = { hasCommands: true, hasDependencies: true }

function mixes(count: number, features = everything): readonly (readonly PlannedTask[])[] {
  return Array.from({ length: count }, (_, seed) =>
    taskMix(seededRandom(seed), { runId: `r${seed}`, features, spreadMs: 1500 }),
  )
}

test('at least every fifth task of a run is a real agent that commits', () => {
  for (const mix of mixes(50)) {
    const real = mix.filter(({ executor, mode }) => executor === 'claude' && mode === 'quick')
    expect(real.length / mix.length).toBeGreaterThanOrEqual(0.2)
  }
})

describe('over some runs there are tasks', () => {
  test.each([
    ['with a project', (task: PlannedTask) => task.isSerious],
    ['for later', (task: PlannedTask) => task.notBeforeMs !== undefined],
    ['that are canceled', (task: PlannedTask) => task.cancelAfterMs !== undefined],
    ['whose request is repeated', (task: PlannedTask) => task.requests > 1],
    ['that depend on another', (task: PlannedTask) => task.dependsOn !== undefined],
  ])('%s', (_name, isSo) => {
    expect(mixes(10).flat().some(isSo)).toBe(true)
  })
})

test('nothing is asked for that the service does not know', () => {
  const plain = mixes(20, { hasCommands: false, hasDependencies: false }).flat()
  expect(plain.some((task) => task.executor === 'command' || task.dependsOn !== undefined)).toBe(
    false,
  )
})

test('the same seed makes the same tasks', () => {
  expect(mixes(1)).toEqual(mixes(1))
})
