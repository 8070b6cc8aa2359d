import type { TaskId } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'
import { ProblemError } from '../problems.ts'
import { tailStart } from './tail-start.ts'
import { taskOutput, type TaskOutput } from './task-output.ts'

export interface OutputPlace {
  /** The byte at which to begin; 0. */
  readonly from?: number | undefined
  /** Instead, so many lines before the present end. */
  readonly tail?: number | undefined
}

export interface OutputStart {
  readonly from: number
  /** As it is now. */
  readonly output: TaskOutput
}

/**
 * Where to begin in a task's output.
 *
 * @throws {TaskNotFoundError}
 * @throws {ProblemError} 416 when the output is shorter than that.
 */
export async function outputStart(
  deps: Pick<ApiDeps, 'store' | 'spool' | 'results'>,
  id: TaskId,
  { from = 0, tail }: OutputPlace,
): Promise<OutputStart> {
  const output = await taskOutput(deps, id)
  if (tail !== undefined) return { output, from: await tailStart(deps, output, tail) }
  if (from > output.lengthBytes) throw unsatisfiable(output.lengthBytes, 'from')
  return { output, from }
}

export function unsatisfiable(lengthBytes: number, field: string): ProblemError {
  const detail = `the output has ${lengthBytes} bytes`
  return new ProblemError(416, 'RANGE_NOT_SATISFIABLE', detail, { field })
}
