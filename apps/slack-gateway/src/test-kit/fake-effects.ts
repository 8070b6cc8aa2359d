import type { EffectAnswer } from '@sleepless/contracts'

import type { TaskApi } from '../task-api.ts'
import type { FakeEventLog } from './fake-event-log.ts'
import { problem } from './fake-task.ts'

export interface FakeEffects extends Pick<TaskApi, 'beginEffect' | 'completeEffect'> {
  /** Results by key; null for those that are not completed. */
  readonly rows: ReadonlyMap<string, EffectAnswer['result']>
}

/** The effect ledger of the api. */
export function createFakeEffects(log: FakeEventLog): FakeEffects {
  const rows = new Map<string, EffectAnswer['result']>()
  return {
    rows,
    async beginEffect({ key, taskId = null }) {
      const result = rows.get(key)
      if (result === null) return { state: 'unknown', result }
      if (result !== undefined) return { state: 'completed', result }
      rows.set(key, null)
      log.append('effect.begun', taskId, { key })
      return { state: 'begun', result: null }
    },
    async completeEffect(key, result) {
      if (!rows.has(key)) throw problem(404, 'EFFECT_NOT_FOUND', `there is no effect ${key}`)
      rows.set(key, JSON.parse(JSON.stringify(result)))
      log.append('effect.completed', null, { key })
    },
  }
}
