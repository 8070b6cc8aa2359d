import { InvalidIdError } from './errors.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type TaskId = Branded<'TaskId'>
export type AttemptId = Branded<'AttemptId'>
export type WorkerId = Branded<'WorkerId'>
export type TokenId = Branded<'TokenId'>

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const isTaskId = (raw: string): raw is TaskId => hasForm('tsk_', raw)
const isAttemptId = (raw: string): raw is AttemptId => hasForm('att_', raw)
const isWorkerId = (raw: string): raw is WorkerId => hasForm('wrk_', raw)
const isTokenId = (raw: string): raw is TokenId => hasForm('tok_', raw)

function hasForm(prefix: string, raw: string): boolean {
  return raw.startsWith(prefix) && UUID_V7.test(raw.slice(prefix.length))
}

/** @throws {InvalidIdError} unless `raw` is `tsk_` and a lower-case UUIDv7. */
export function taskId(raw: string): TaskId {
  if (!isTaskId(raw)) throw new InvalidIdError('task', raw)
  return raw
}

/** @throws {InvalidIdError} unless `raw` is `att_` and a lower-case UUIDv7. */
export function attemptId(raw: string): AttemptId {
  if (!isAttemptId(raw)) throw new InvalidIdError('attempt', raw)
  return raw
}

/** @throws {InvalidIdError} unless `raw` is `wrk_` and a lower-case UUIDv7. */
export function workerId(raw: string): WorkerId {
  if (!isWorkerId(raw)) throw new InvalidIdError('worker', raw)
  return raw
}

/** @throws {InvalidIdError} unless `raw` is `tok_` and a lower-case UUIDv7. */
export function tokenId(raw: string): TokenId {
  if (!isTokenId(raw)) throw new InvalidIdError('token', raw)
  return raw
}
