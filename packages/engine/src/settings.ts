import type { ReadTx, WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** What the owner may change while the service runs; what is absent is as configured, or off. */
export interface Settings {
  /** What all tasks together may cost in a day (UTC), in dollars; in place of what is configured. */
  readonly dailyBudgetUsd?: number
  /** Wall-clock limit of an attempt whose task names none. */
  readonly defaultTimeoutMs?: number
  /** Of tasks that name none, 0 to 100. */
  readonly defaultPriority?: number
  /** Of tasks for the agent that name none. */
  readonly defaultModel?: string
  /** After so many days in the trash a task is done away with. */
  readonly trashDays?: number
}

/** A key that is present with `undefined` takes the setting back. */
export type SettingsPatch = { readonly [Key in keyof Settings]: Settings[Key] | undefined }

const SETTINGS = 'settings'
const CONFIGURED_BUDGET = 'configured-daily-budget'
/** Where the budget that counts is read. */
export const DAILY_BUDGET = 'daily-budget'

export function readSettings(tx: ReadTx): Settings {
  return tx.settings.find(SETTINGS) ?? {}
}

export function changeSettings(tx: WriteTx, { clock }: EngineDeps, patch: SettingsPatch): Settings {
  if (Object.keys(patch).length === 0) return readSettings(tx)
  const all = { ...readSettings(tx), ...patch }
  tx.settings.put(SETTINGS, all)
  keepBudget(tx)
  const changed = Object.fromEntries(
    Object.entries(patch).map(([name, value]) => [name, value ?? null]),
  )
  tx.events.append({ type: 'settings.changed', at: clock.now(), data: { changed } })
  return readSettings(tx)
}

/**
 * Sets what all tasks together may cost in a day (UTC) as it is configured, in micro-dollars;
 * undefined: whatever they cost. A setting goes before.
 */
export function setDailyBudget(tx: WriteTx, limitMicroUsd: number | undefined): void {
  tx.settings.put(CONFIGURED_BUDGET, limitMicroUsd)
  keepBudget(tx)
}

function keepBudget(tx: WriteTx): void {
  const { dailyBudgetUsd } = readSettings(tx)
  const limitMicroUsd =
    dailyBudgetUsd === undefined
      ? tx.settings.find(CONFIGURED_BUDGET)
      : Math.round(dailyBudgetUsd * 1e6)
  tx.settings.put(DAILY_BUDGET, limitMicroUsd === undefined ? undefined : { limitMicroUsd })
}
