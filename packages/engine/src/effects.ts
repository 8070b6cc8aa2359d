import {
  DomainError,
  LeaseLostError,
  type AttemptId,
  type Effect,
  type NewEvent,
  type ReadTx,
  type TaskId,
  type WriteTx,
} from '@sleepless/domain'

import { heldAttempt, type Holder } from './held-attempt.ts'
import type { EngineDeps } from './policy.ts'

export interface EffectStart {
  /** `unknown`: begun before and never completed, so the world has to be looked at first. */
  readonly state: 'begun' | 'unknown' | 'completed'
  readonly result: Effect['result']
  /** Effects of the same series that were begun before this one, oldest first. */
  readonly earlier: readonly Effect[]
}

export interface EffectRequest {
  readonly key: string
  readonly kind: string
  /** Of an attempt's effect, the ledger knows the task itself. */
  readonly taskId?: TaskId | undefined
  readonly intent?: Effect['intent']
  /** With what the keys of all begin that change the same thing in the world; default: there are none. */
  readonly series?: string | undefined
}

/**
 * To be committed before anything is done that the outside world sees.
 *
 * @param holder of the attempt whose effect it is; absent for those of a service.
 * @throws {LeaseLostError} when the attempt is not the holder's; nothing is begun then.
 */
export function beginEffect(
  tx: WriteTx,
  { clock }: EngineDeps,
  request: EffectRequest,
  holder?: Holder,
): EffectStart {
  const owner = ownerOf(tx, holder) ?? { taskId: request.taskId, attemptId: undefined }
  const { key, kind, intent } = request
  const earlier = earlierThan(tx, request)
  const known = tx.effects.find(key)
  if (known !== undefined) {
    const state = known.completedAt === undefined ? 'unknown' : 'completed'
    return { state, result: known.result, earlier }
  }
  const begunAt = clock.now()
  const unfinished = { completedAt: undefined, result: undefined }
  tx.effects.begin({ key, kind, ...owner, intent, begunAt, ...unfinished })
  tx.events.append(eventOf('effect.begun', begunAt, { key, kind, ...owner, intent }))
  return { state: 'begun', result: undefined, earlier }
}

interface Owner {
  readonly taskId: TaskId | undefined
  readonly attemptId: AttemptId | undefined
}

function ownerOf(tx: ReadTx, holder: Holder | undefined): Owner | undefined {
  if (holder === undefined) return undefined
  const { id, taskId } = heldAttempt(tx, holder)
  return { taskId, attemptId: id }
}

function earlierThan(tx: ReadTx, { key, series }: EffectRequest): readonly Effect[] {
  if (series === undefined) return []
  const all = tx.effects.list(series)
  const place = all.findIndex((effect) => effect.key === key)
  return place === -1 ? all : all.slice(0, place)
}

/** An effect was completed that nobody had begun. */
export class EffectNotBegunError extends DomainError {
  override readonly name = 'EffectNotBegunError'
  readonly code = 'EFFECT_NOT_BEGUN'

  constructor(key: string) {
    super(`the effect ${JSON.stringify(key)} was not begun`)
  }
}

/**
 * Says what came of an effect; saying it again replaces what was said before.
 *
 * @param holder of an attempt of the task, not always the one that began it; absent for a service's.
 * @throws {EffectNotBegunError}
 * @throws {LeaseLostError} when it is an attempt's effect, and no attempt of the holder's.
 */
export function completeEffect(
  tx: WriteTx,
  { clock }: EngineDeps,
  { key, result }: { readonly key: string; readonly result: NonNullable<Effect['result']> },
  holder?: Holder,
): void {
  const effect = tx.effects.find(key)
  if (effect === undefined) throw new EffectNotBegunError(key)
  const owner = ownerOf(tx, holder)
  if (effect.attemptId !== undefined && owner?.taskId !== effect.taskId) {
    throw new LeaseLostError(effect.attemptId)
  }
  const at = clock.now()
  tx.effects.complete(key, result, at)
  if (effect.completedAt !== undefined) return
  tx.events.append(eventOf('effect.completed', at, { ...effect, ...owner }))
}

function eventOf(
  type: 'effect.begun' | 'effect.completed',
  at: Date,
  { key, kind, taskId, attemptId, intent }: Owner & Pick<Effect, 'key' | 'kind' | 'intent'>,
): NewEvent {
  return {
    type,
    at,
    ...(taskId && { taskId }),
    ...(attemptId && { attemptId }),
    data: { key, kind, ...(intent && { intent }) },
  }
}
