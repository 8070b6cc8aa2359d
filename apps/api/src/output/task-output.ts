import { isFinal, type Attempt, type TaskId } from '@sleepless/domain'
import { existingTask } from '@sleepless/engine'

import type { ApiDeps } from '../deps.ts'
import { resultKey } from './result-key.ts'

/** What all attempts of a task have printed, one after the other, as far as it is stored. */
export interface TaskOutput {
  readonly lengthBytes: number
  /** Nothing more will come. */
  readonly isComplete: boolean
  readonly attempts: readonly Attempt[]
}

/** @throws {TaskNotFoundError} */
export function taskOutput({ store }: Pick<ApiDeps, 'store'>, id: TaskId): Promise<TaskOutput> {
  return store.read((tx) => {
    const task = existingTask(tx, id)
    const attempts = tx.attempts.ofTask(id)
    return {
      attempts,
      lengthBytes: attempts.reduce((sum, attempt) => sum + attempt.outputBytes, 0),
      isComplete: isFinal(task.status),
    }
  })
}

/** The bytes from one offset up to another, over all attempts. */
export async function* readOutput(
  deps: Pick<ApiDeps, 'spool' | 'results'>,
  { attempts }: TaskOutput,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start = 0
  for (const attempt of attempts) {
    const end = start + attempt.outputBytes
    if (from < end && to > start) {
      yield* readAttempt(deps, attempt, Math.max(0, from - start), Math.min(to, end) - start)
    }
    start = end
  }
}

async function* readAttempt(
  { spool, results }: Pick<ApiDeps, 'spool' | 'results'>,
  attempt: Attempt,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let reached = from
  try {
    for await (const chunk of spool.read(attempt.id, from, to)) {
      reached += chunk.length
      yield chunk
    }
    return
  } catch (error) {
    // It is in the spool until it is sealed, and an open file can be read on after that.
    if (reached > from || !isMissing(error)) throw error
  }
  const stored = await results.read(resultKey(attempt, 'output.txt'))
  let position = 0
  for await (const chunk of stored) {
    const begin = Math.max(0, from - position)
    const end = Math.min(chunk.length, to - position)
    if (begin < end) yield chunk.subarray(begin, end)
    position += chunk.length
    if (position >= to) return
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
