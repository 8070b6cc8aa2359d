import { DependencyCycleError } from './errors.ts'
import type { TaskId } from './ids.ts'

// Beyond it, a graph is nobody's plan any more, and looking at it would hold everybody up.
const MAX_VISITED = 10_000

/**
 * Refuses dependencies that lead back to where they come from: such tasks would wait for each other
 * for ever.
 *
 * @param from what the new task waits for.
 * @param targets the tasks that will wait for the new one: its parent, and that one's own.
 * @param waitsFor what a task waits for.
 * @throws {DependencyCycleError} naming the way back; also for a graph that is too large to look at.
 */
export function assertNoCycle(
  from: readonly TaskId[],
  targets: readonly TaskId[],
  waitsFor: (id: TaskId) => readonly TaskId[],
): void {
  const isTarget = new Set(targets)
  const cameFrom = new Map<TaskId, TaskId | undefined>(from.map((id) => [id, undefined]))
  // A map goes on to what is added while it is walked.
  for (const id of cameFrom.keys()) {
    if (isTarget.has(id)) throw new DependencyCycleError(wayTo(id, cameFrom))
    if (cameFrom.size > MAX_VISITED) throw new DependencyCycleError([])
    for (const next of waitsFor(id)) {
      if (!cameFrom.has(next)) cameFrom.set(next, id)
    }
  }
}

function wayTo(end: TaskId, cameFrom: ReadonlyMap<TaskId, TaskId | undefined>): readonly TaskId[] {
  const way: TaskId[] = []
  for (let id: TaskId | undefined = end; id !== undefined; id = cameFrom.get(id)) way.unshift(id)
  return way
}
