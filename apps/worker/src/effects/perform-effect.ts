import type { AttemptEffectAnswer } from '@sleepless/contracts'
import type { Order } from '@sleepless/domain'

import type { RunningAttempt } from '../attempt/running-attempts.ts'
import type { WorkerDeps } from '../deps.ts'
import { persist } from '../persist.ts'

type Json = Readonly<Record<string, unknown>>

export type EarlierEffect = AttemptEffectAnswer['earlier'][number]

/** Something that the outside world sees, as whoever knows how to do it describes it. */
export interface Effect {
  /** Names what is to be: two attempts that want the same have the same key. */
  readonly key: string
  readonly kind: string
  /** What all keys of effects begin with that change the same thing. */
  readonly series: string
  /** Enough to find out whether it was done. No secrets: it is in the events. */
  readonly intent: Record<string, string>
  /** Looks at the world. @returns what came of it; undefined when it was not done. */
  probe(): Promise<Json | undefined>
  /** @param earlier effects of the series that were begun before, oldest first. */
  act(earlier: readonly EarlierEffect[]): Promise<Json>
}

export interface EffectContext {
  readonly order: Order
  readonly running: RunningAttempt
}

/**
 * Does something once that the outside world sees, under the attempt's fence. While the service is out
 * of reach nothing is begun; what an earlier attempt has begun, and perhaps done, is looked for first.
 *
 * @returns what came of it, now or before.
 */
export async function performEffect(
  { api, patience }: Pick<WorkerDeps, 'api' | 'patience'>,
  effect: Effect,
  { order, running: { stopSignal, lostSignal } }: EffectContext,
): Promise<Json> {
  const { key, kind, series, intent } = effect
  const begin = (): Promise<AttemptEffectAnswer> =>
    api.beginEffect(order, { key, kind, series, intent })
  const { state, result, earlier } = await persist(begin, { signal: stopSignal, patience })
  if (state === 'completed') return result ?? {}
  const done = state === 'unknown' ? await effect.probe() : undefined
  const outcome = done ?? (await effect.act(earlier))
  const complete = (): Promise<void> => api.completeEffect(order, key, outcome)
  await persist(complete, { signal: lostSignal, patience })
  return outcome
}
