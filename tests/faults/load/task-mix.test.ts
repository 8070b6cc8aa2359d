import { seededRandom } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { taskMix, type PlannedTask } from './task-mix.ts'

function mixes(count: number): readonly (readonly PlannedTask[])[] {
  return Array.from({ length: count }, (_, seed) =>
    taskMix(seededRandom(seed), { runId: `r${seed}`, spreadMs: 1500 }),
  )
}

test('at least every fifth task of a run is a real agent that commits', () => {
  for (const mix of mixes(50)) {
    const real = mix.filter(({ executor, mode }) => executor === 'claude' && mode === 'quick')
    // The probe, and a task of the fault's own.
    expect(real.length / (mix.length + 2)).toBeGreaterThanOrEqual(0.2)
  }
})

describe('over some runs there are tasks', () => {
  test.each([
    ['with a project', (task: PlannedTask) => task.isSerious],
    ['for later', (task: PlannedTask) => task.notBeforeMs !== undefined],
    ['that are canceled', (task: PlannedTask) => task.cancelAfterMs !== undefined],
    ['whose request is repeated', (task: PlannedTask) => task.requests > 1],
    ['that are told more later', (task: PlannedTask) => task.messageAfterMs !== undefined],
    ['that depend on another', (task: PlannedTask) => task.dependsOn !== undefined],
  ])('%s', (_name, isSo) => {
    expect(mixes(10).flat().some(isSo)).toBe(true)
  })
})

test('the same seed makes the same tasks', () => {
  expect(mixes(1)).toEqual(mixes(1))
})
