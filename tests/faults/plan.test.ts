import { expect, test } from 'vitest'

import { MUTANTS } from './composition/mutants/index.ts'
import { FAULTS, faultsNamed, SHORT_PASS } from './faults/index.ts'
import { parseOptions } from './options.ts'
import { planOf } from './plan.ts'
import { TRIALS } from './try-mutants.ts'

const names = FAULTS.map(({ name }) => name)
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 22, 25]

test('every row that can be tried now has a fault', () => {
  expect([...new Set(FAULTS.map(({ row }) => row))].toSorted((a, b) => a - b)).toEqual(ROWS)
})

test('no two faults have one name', () => {
  expect(new Set(names).size).toBe(names.length)
})

test('a fault is found by its name, and all of a row by its number', () => {
  expect(faultsNamed('flood')).toEqual([])
  expect(faultsNamed('kill-api').map(({ row }) => row)).toEqual([1])
  expect(faultsNamed('10')).toHaveLength(3)
})

test('a plan has each fault in each round', () => {
  const plan = planOf(FAULTS, 2, '7')
  const keys = new Set(plan.map(({ fault, runIndex }) => `${fault.name}/${runIndex}`))
  expect(keys.size).toBe(2 * FAULTS.length)
})

test('the same seed makes the same plan, another seed another one', () => {
  const order = (seed: string): readonly string[] =>
    planOf(FAULTS, 1, seed).map(({ fault }) => fault.name)
  expect(order('7')).toEqual(order('7'))
  expect(order('7')).not.toEqual(order('8'))
})

test('the short pass names faults that there are', () => {
  expect([...SHORT_PASS].filter((name) => !names.includes(name))).toEqual([])
})

test('every mutant has faults that show it', () => {
  expect(TRIALS.map(({ mutant }) => mutant).toSorted()).toEqual(Object.keys(MUTANTS).toSorted())
  expect(TRIALS.flatMap(({ faults }) => faults).filter((name) => !names.includes(name))).toEqual([])
})

test.each([['--runs', '0'], ['--runs', 'many'], ['--stacks', '-1'], ['--nonsense']])(
  'options %s %s are refused',
  (...args) => {
    expect(() => parseOptions(args)).toThrow(TypeError)
  },
)
