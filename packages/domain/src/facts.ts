import type { AgentAvailability } from './agent.ts'
import type { BudgetFact } from './daily-budget.ts'
import { hasLabels } from './labels.ts'
import { isMetered } from './metered.ts'
import type { SharedTraits, Task } from './task.ts'
import type { Shortage } from './worker.ts'

/** One worker that is online, as the gates see it. */
export interface WorkerFact {
  readonly pool: string
  readonly labels: readonly string[]
  readonly concurrency: number
  /** Attempts that are running on it. */
  readonly busy: number
  readonly executors: Readonly<Record<string, AgentAvailability>>
  readonly shortage: Shortage | undefined
  /** When the used-up quota of its model account is reset; absent while there is some left. */
  readonly quotaResetsAt?: Date | undefined
}

/** Somebody has stopped the start of tasks. */
export interface Pause {
  readonly since: Date
  readonly reason: string | undefined
}

export interface ProjectFact {
  /** Attempts of its tasks that run, or are on their way to a worker. */
  readonly running: number
  readonly concurrency: number | undefined
}

/** What the gates may know besides the task itself. */
export interface Facts {
  readonly pause: Pause | undefined
  readonly workers: readonly WorkerFact[]
  /** Orders that are on their way, by pool: each will take a slot of some worker. */
  readonly unclaimedOrders: Readonly<Record<string, number>>
  /** Projects with a limit, or with something running; thoughts count as the project ''. */
  readonly projects: Readonly<Record<string, ProjectFact>>
  /** Absent while the owner has set none. */
  readonly budget?: BudgetFact | undefined
}

/** The name under which a task's project is counted. */
export function shareOf({ project }: Pick<Task, 'project'>): string {
  return project ?? ''
}

export function runningOf(facts: Facts, task: Pick<Task, 'project'>): number {
  return facts.projects[shareOf(task)]?.running ?? 0
}

/** Workers that have the labels and can run the executor at present. */
export function ableWorkers({ workers }: Facts, { executor, labels }: SharedTraits): WorkerFact[] {
  return workers.filter(
    (worker) => hasLabels(worker.labels, labels) && worker.executors[executor]?.available === true,
  )
}

/** How many more orders such workers of one pool could start at once; never negative. */
export function freeSlots(
  workers: readonly WorkerFact[],
  pool: string,
  { unclaimedOrders }: Pick<Facts, 'unclaimedOrders'>,
): number {
  const slots = workers
    .filter((worker) => worker.pool === pool)
    .reduce((sum, worker) => sum + Math.max(0, worker.concurrency - worker.busy), 0)
  return Math.max(0, slots - (unclaimedOrders[pool] ?? 0))
}

/**
 * The pool whose workers should run the task: of those with a free slot, the one with the fewest
 * labels beyond what the task needs, so that special workers stay free for special tasks.
 *
 * @returns undefined when no worker that could run it has a free slot.
 */
export function choosePool(facts: Facts, task: SharedTraits, now: Date): string | undefined {
  const able = ableWorkers(facts, task).filter(
    ({ shortage, quotaResetsAt: at }) =>
      shortage === undefined && (at === undefined || at <= now || !isMetered(task.executor)),
  )
  const free = able.filter(({ pool }) => freeSlots(able, pool, facts) > 0)
  const [best] = free.toSorted(
    (a, b) =>
      a.labels.length - b.labels.length ||
      Object.keys(a.executors).length - Object.keys(b.executors).length ||
      compareText(a.pool, b.pool),
  )
  return best?.pool
}

/** What is known once the task's order is on its way to a pool. */
export function afterDispatch(facts: Facts, task: SharedTraits, pool: string): Facts {
  const share = shareOf(task)
  const before = facts.projects[share]
  const project = { running: (before?.running ?? 0) + 1, concurrency: before?.concurrency }
  return {
    ...facts,
    unclaimedOrders: { ...facts.unclaimedOrders, [pool]: (facts.unclaimedOrders[pool] ?? 0) + 1 },
    projects: { ...facts.projects, [share]: project },
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
