import { z } from 'zod'

import { moneyUsdField } from './fields.ts'
import { modelField, priorityField, timeoutField } from './task.ts'

const budgetField = z.number().min(0.01).max(1_000_000)
const trashDaysField = z.int().min(1).max(3650)

/** Body of `PATCH /v1/settings`: what is absent stays, null takes a setting back. */
export const changeSettingsBody = z.strictObject({
  /** What all tasks together may cost in a day (UTC), in place of what is configured. */
  dailyBudgetUsd: budgetField.nullish(),
  /** Wall-clock limit of each attempt of tasks that name none. */
  defaultTimeoutMs: timeoutField.nullish(),
  /** Priority of tasks that name none. */
  defaultPriority: priorityField.nullish(),
  /** Model of tasks for the agent that name none. */
  defaultModel: modelField.nullish(),
  /** After so many days in the trash, tasks are done away with. */
  trashDays: trashDaysField.nullish(),
})
export type ChangeSettingsBody = z.input<typeof changeSettingsBody>

/** Answer of `GET` and `PATCH /v1/settings`; null is for what is not set. */
export const settingsView = z.object({
  dailyBudgetUsd: moneyUsdField.nullable(),
  defaultTimeoutMs: z.int().nullable(),
  defaultPriority: z.int().nullable(),
  defaultModel: z.string().nullable(),
  trashDays: z.int().nullable(),
})
export type SettingsView = z.output<typeof settingsView>
