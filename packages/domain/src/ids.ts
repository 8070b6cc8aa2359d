import { InvalidIdError } from './errors.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type TaskId = Branded<'TaskId'>
export type AttemptId = Branded<'AttemptId'>
export type WorkerId = Branded<'WorkerId'>

const uuidV7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const taskPattern = new RegExp(`^tsk_${uuidV7}$`)
const attemptPattern = new RegExp(`^att_${uuidV7}$`)
const workerPattern = new RegExp(`^wrk_${uuidV7}$`)

/** @throws {InvalidIdError} unless `raw` is `tsk_` and a lower-case UUIDv7. */
export function taskId(raw: string): TaskId {
  if (!taskPattern.test(raw)) throw new InvalidIdError('task', raw)
  return raw as TaskId
}

/** @throws {InvalidIdError} unless `raw` is `att_` and a lower-case UUIDv7. */
export function attemptId(raw: string): AttemptId {
  if (!attemptPattern.test(raw)) throw new InvalidIdError('attempt', raw)
  return raw as AttemptId
}

/** @throws {InvalidIdError} unless `raw` is `wrk_` and a lower-case UUIDv7. */
export function workerId(raw: string): WorkerId {
  if (!workerPattern.test(raw)) throw new InvalidIdError('worker', raw)
  return raw as WorkerId
}
