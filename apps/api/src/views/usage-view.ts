import type { UsageView } from '@sleepless/contracts'
import type { DayUse, KnownQuota } from '@sleepless/domain'
import type { UsageOverview } from '@sleepless/engine'

const MILLION = 1e6

export function usageOverviewView({ today, budget, days, uses, quotas }: UsageOverview): UsageView {
  const usd = (microUsd: number | undefined): number | null =>
    microUsd === undefined ? null : microUsd / MILLION
  const spent = days.find(({ day }) => day === today)?.spentMicroUsd ?? 0
  return {
    today: {
      day: today,
      spentUsd: spent / MILLION,
      limitUsd: usd(budget?.limitMicroUsd),
      leftUsd: usd(budget?.leftMicroUsd),
      heldUsd: usd(budget?.grantedMicroUsd),
    },
    days: days.map(({ day, spentMicroUsd, unseenMicroUsd }) => ({
      day,
      spentUsd: spentMicroUsd / MILLION,
      unseenUsd: unseenMicroUsd / MILLION,
    })),
    models: grouped(uses, ({ model }) => model).map(([model, sum]) => ({ model, ...sum })),
    projects: grouped(uses, ({ project }) => project).map(([project, sum]) => ({
      project: project === '' ? null : project,
      ...sum,
    })),
    quotas: quotas.map(quotaView),
  }
}

type Sum = Omit<UsageView['models'][number], 'model'>

/** The dearest first. */
function grouped(
  uses: readonly DayUse[],
  nameOf: (use: DayUse) => string,
): readonly (readonly [string, Sum])[] {
  const groups = [...Map.groupBy(uses, nameOf)]
  return groups
    .map(([name, members]) => [name, sumOf(members)] as const)
    .toSorted(([, a], [, b]) => b.costUsd - a.costUsd)
}

function sumOf(uses: readonly DayUse[]): Sum {
  const sum = (amount: (use: DayUse) => number): number =>
    uses.reduce((total, use) => total + amount(use), 0)
  return {
    requests: sum((use) => use.requests),
    inputTokens: sum((use) => use.inputTokens),
    outputTokens: sum((use) => use.outputTokens),
    cacheReadTokens: sum((use) => use.cacheReadTokens),
    cacheWriteTokens: sum((use) => use.cacheWriteTokens),
    costUsd: sum((use) => use.costMicroUsd) / MILLION,
  }
}

function quotaView(quota: KnownQuota): UsageView['quotas'][number] {
  const { credentialId, isExhausted, resetsAt, windows, at } = quota
  return {
    credentialId,
    isExhausted,
    resetsAt: resetsAt?.toISOString() ?? null,
    at: at.toISOString(),
    windows: windows.map((window) => ({
      name: window.name,
      utilization: window.utilization ?? null,
      resetsAt: window.resetsAt?.toISOString() ?? null,
    })),
  }
}
