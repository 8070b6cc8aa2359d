import { DomainError, type Effect, type TaskId, type WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

export interface EffectStart {
  /** `unknown`: begun before and never completed, so the world has to be looked at first. */
  readonly state: 'begun' | 'unknown' | 'completed'
  readonly result: Effect['result']
}

export interface EffectRequest {
  readonly key: string
  readonly kind: string
  readonly taskId?: TaskId | undefined
}

/** To be committed before anything is done that the outside world sees. */
export function beginEffect(
  tx: WriteTx,
  { clock }: EngineDeps,
  { key, kind, taskId }: EffectRequest,
): EffectStart {
  const known = tx.effects.find(key)
  if (known !== undefined) {
    return {
      state: known.completedAt === undefined ? 'unknown' : 'completed',
      result: known.result,
    }
  }
  const begunAt = clock.now()
  tx.effects.begin({ key, kind, taskId, begunAt, completedAt: undefined, result: undefined })
  tx.events.append({
    type: 'effect.begun',
    at: begunAt,
    ...(taskId && { taskId }),
    data: { key, kind },
  })
  return { state: 'begun', result: undefined }
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
 * @throws {EffectNotBegunError}
 */
export function completeEffect(
  tx: WriteTx,
  { clock }: EngineDeps,
  key: string,
  result: Readonly<Record<string, unknown>>,
): void {
  const effect = tx.effects.find(key)
  if (effect === undefined) throw new EffectNotBegunError(key)
  const at = clock.now()
  tx.effects.complete(key, result, at)
  if (effect.completedAt !== undefined) return
  const { kind, taskId } = effect
  tx.events.append({
    type: 'effect.completed',
    at,
    ...(taskId && { taskId }),
    data: { key, kind },
  })
}
