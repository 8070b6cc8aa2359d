import type { SettingsView } from '@sleepless/contracts'
import type { Settings } from '@sleepless/engine'

export function settingsView(settings: Settings): SettingsView {
  return {
    dailyBudgetUsd: settings.dailyBudgetUsd ?? null,
    defaultTimeoutMs: settings.defaultTimeoutMs ?? null,
    defaultPriority: settings.defaultPriority ?? null,
    defaultModel: settings.defaultModel ?? null,
    trashDays: settings.trashDays ?? null,
  }
}
