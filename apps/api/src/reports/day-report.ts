import type { DayReport } from '@sleepless/contracts'
import {
  dayOf,
  type EndCount,
  type EndStatus,
  type ReadTx,
  type ReportScope,
  type TaskDigest,
} from '@sleepless/domain'
import { usageOverview } from '@sleepless/engine'

import type { ApiDeps } from '../deps.ts'
import { failureView, instant } from '../views/task-view.ts'
import { countEnds } from './count-ends.ts'
import { dateIn, daySpan } from './day-span.ts'

const MAX_ITEMS = 50
const MAX_PROJECTS = 10
const MILLION = 1e6

export interface DayReportOptions {
  /** Default: today. */
  readonly day: string | undefined
  readonly timeZone: string
  readonly project: string | undefined
}

/** What became of the tasks of a day. */
export async function dayReport(
  deps: Pick<ApiDeps, 'store' | 'engine'>,
  options: DayReportOptions,
): Promise<DayReport> {
  const { timeZone, project } = options
  const now = deps.engine.clock.now()
  const today = dateIn(timeZone, now)
  const { day = today } = options
  const span = daySpan(day, timeZone)
  const scope = { ...span, project }
  const ends = await countEnds(deps, scope)
  const counts = countsOf(ends)
  return deps.store.read((tx) => ({
    day,
    timeZone,
    from: span.from.toISOString(),
    until: span.until.toISOString(),
    project: project ?? null,
    counts,
    ...endedLists(tx, scope, counts),
    open: day === today ? openLists(tx, project) : null,
    ...moneyAndProjects(tx, now, { day, project, ends }),
  }))
}

type Counts = DayReport['counts']

function countsOf(ends: readonly EndCount[]): Counts {
  const of = (wanted: EndStatus): number =>
    ends.reduce((sum, { status, count }) => (status === wanted ? sum + count : sum), 0)
  return { succeeded: of('succeeded'), failed: of('failed'), canceled: of('canceled') }
}

function endedLists(
  tx: ReadTx,
  scope: ReportScope,
  counts: Counts,
): Pick<DayReport, 'succeeded' | 'failed'> {
  const succeeded = tx.reports.ended(scope, 'succeeded', MAX_ITEMS)
  const failed = tx.reports.ended(scope, 'failed', MAX_ITEMS)
  return {
    succeeded: {
      more: Math.max(0, counts.succeeded - succeeded.length),
      items: succeeded.map((task) => ({
        ...named(task),
        finishedAt: instant(task.finishedAt) ?? '',
        done: task.summary ?? '',
        commit: task.commit ?? null,
        costUsd: (task.costMicroUsd ?? 0) / MILLION,
      })),
    },
    failed: {
      // More may have ended since they were counted.
      more: Math.max(0, counts.failed - failed.length),
      items: failed.map((task) => ({
        ...named(task),
        finishedAt: instant(task.finishedAt) ?? '',
        failure: failureView(task.failure) ?? { code: '', message: '', remedy: '' },
      })),
    },
  }
}

function openLists(tx: ReadTx, project: string | undefined): NonNullable<DayReport['open']> {
  const list = (status: 'running' | 'waiting'): NonNullable<DayReport['open']>['running'] => {
    const { items, count } = tx.reports.open(status, project, MAX_ITEMS)
    return {
      more: count - items.length,
      items: items.map((task) => ({ ...named(task), startedAt: instant(task.startedAt) })),
    }
  }
  return { running: list('running'), waiting: list('waiting') }
}

function named({ id, project, asked }: TaskDigest): Pick<TaskDigest, 'id' | 'asked'> & {
  readonly project: string | null
} {
  return { id, project: project ?? null, asked }
}

interface MoneyOptions extends Pick<DayReportOptions, 'project'> {
  readonly day: string
  readonly ends: readonly EndCount[]
}

function moneyAndProjects(
  tx: ReadTx,
  now: Date,
  { day, project, ends }: MoneyOptions,
): Pick<DayReport, 'money' | 'projects'> {
  const uses = tx.spending.uses(day).filter((use) => use.day === day)
  const costOf = (wanted: string): number =>
    uses.reduce((sum, use) => (use.project === wanted ? sum + use.costMicroUsd : sum), 0) / MILLION
  const spent = tx.spending.days(day).find((one) => one.day === day)?.spentMicroUsd ?? 0
  const budget = day === dayOf(now) ? usageOverview(tx, now, 1).budget : undefined
  const usd = (microUsd: number | undefined): number | null =>
    microUsd === undefined ? null : microUsd / MILLION
  return {
    money: {
      spentUsd: project === undefined ? spent / MILLION : costOf(project),
      limitUsd: usd(budget?.limitMicroUsd),
      leftUsd: usd(budget?.leftMicroUsd),
    },
    projects: [...Map.groupBy(ends, ({ project: name }) => name)]
      .map(([name, counts]) => ({ name, ...countsOf(counts) }))
      .toSorted((a, b) => sumOf(b) - sumOf(a))
      .slice(0, MAX_PROJECTS)
      .map(({ name, ...counts }) => ({
        project: name === '' ? null : name,
        ...counts,
        costUsd: costOf(name),
      })),
  }
}

function sumOf({ succeeded, failed, canceled }: Counts): number {
  return succeeded + failed + canceled
}
