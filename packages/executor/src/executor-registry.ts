import type { Executor, ExecutorRegistry } from '@sleepless/domain'

/** Two executors bear one name: which of them a task means could not be told. */
class DuplicateExecutorError extends Error {
  override readonly name = 'DuplicateExecutorError'
  readonly code = 'DUPLICATE_EXECUTOR'
}

/**
 * @param executors in the order in which they are listed.
 * @throws {DuplicateExecutorError} with the code DUPLICATE_EXECUTOR.
 */
export function createExecutorRegistry(executors: readonly Executor[]): ExecutorRegistry {
  const byName = new Map<string, Executor>()
  for (const executor of executors) {
    const { name } = executor
    if (byName.has(name)) throw new DuplicateExecutorError(`expected one executor ${name}, got two`)
    byName.set(name, executor)
  }
  return {
    find: (name) => byName.get(name),
    [Symbol.iterator]: () => byName.values(),
  }
}
