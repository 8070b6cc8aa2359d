import { describe, expect, test, vi } from 'vitest'

import { assertNoCycle } from './dependency-graph.ts'
import { DependencyCycleError } from './errors.ts'
import { taskId, type TaskId } from './ids.ts'

const id = (number: number): TaskId =>
  taskId(`tsk_00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`)
const [a, b, c, d] = [1, 2, 3, 4].map(id) as [TaskId, TaskId, TaskId, TaskId]

function waits(edges: readonly (readonly [TaskId, TaskId])[]): (of: TaskId) => readonly TaskId[] {
  return (of) => edges.filter(([from]) => from === of).map(([, to]) => to)
}

describe('dependencies', () => {
  test('that lead nowhere else are fine', () => {
    expect(() => assertNoCycle([a, b], [c], waits([[a, d]]))).not.toThrow()
  })

  test('on the parent itself are refused', () => {
    expect(() => assertNoCycle([a], [a], waits([]))).toThrow(DependencyCycleError)
  })

  test('that lead to a task that will wait for the new one are refused, and the way is named', () => {
    const edges = waits([
      [a, b],
      [b, c],
    ])
    expect(() => assertNoCycle([a], [c], edges)).toThrow(
      `it waits for ${a}, which waits for ${b}, which waits for ${c}, which waits for the new task`,
    )
  })

  test('are looked at once each, also where many ways lead', () => {
    const lookup = vi.fn<(of: TaskId) => readonly TaskId[]>(
      waits([
        [a, c],
        [b, c],
        [c, d],
      ]),
    )
    assertNoCycle([a, b], [], lookup)
    expect(lookup).toHaveBeenCalledTimes(4)
  })

  test('that are too many to look at are refused', () => {
    let next = 10
    expect(() => assertNoCycle([a], [b], () => [id((next += 1)), id((next += 1))])).toThrow(
      'too many',
    )
  })
})
