import {
  assertNoCycle,
  isFinal,
  RelatedTaskNotFoundError,
  type ReadTx,
  type RelationField,
  type Task,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'

/**
 * @throws {RelatedTaskNotFoundError} when a task that the new one names is not there.
 * @throws {DependencyCycleError} when the new one would wait for itself.
 */
export function assertRelations(
  tx: ReadTx,
  { parent }: Pick<Task, 'parent'>,
  dependsOn: readonly TaskId[],
): void {
  for (const id of dependsOn) related(tx, 'dependsOn', id)
  if (parent === undefined) return
  // A parent waits for its children, so nothing that a child waits for may wait for the parent.
  const ancestors: TaskId[] = []
  for (let id: TaskId | undefined = parent; id !== undefined;) {
    const ancestor: Task = related(tx, 'parent', id)
    ancestors.push(ancestor.id)
    id = ancestor.parent
  }
  assertNoCycle(dependsOn, ancestors, (id) => tx.dependencies.of(id).map((one) => one.id))
}

/** One that has ended already is told of as if it ended now. */
export function addDependencies(tx: WriteTx, id: TaskId, dependsOn: readonly TaskId[]): void {
  tx.dependencies.insert(id, dependsOn)
  for (const dependency of dependsOn) {
    const status = tx.tasks.find(dependency)?.status
    if (status !== undefined && isFinal(status)) tx.dependencies.noteEnded(dependency)
  }
}

function related(tx: ReadTx, field: RelationField, id: TaskId): Task {
  const task = tx.tasks.find(id)
  if (task === undefined || task.purgedAt !== undefined) {
    throw new RelatedTaskNotFoundError(field, id)
  }
  return task
}
