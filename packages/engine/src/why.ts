import {
  decide,
  MIN_ALLOWANCE_MICRO_USD,
  ungrantedOf,
  type Dependency,
  type Facts,
  type ReadTx,
  type Task,
  type TaskId,
  type TaskStatus,
  type Wait,
} from '@sleepless/domain'

import { storedTask } from './existing-task.ts'
import { startOrder } from './start-order.ts'
import { isWaiting } from './waiting-for.ts'

/** Why a task is where it is. */
export interface Explanation {
  readonly status: TaskStatus
  /** What keeps it from starting; absent when nothing does, or when it is not for the gates any more. */
  readonly waitingFor: Wait | undefined
  /** Whether an order for it is on its way to a worker. */
  readonly isDispatched: boolean
  /**
   * From 1: how many tasks start before it, and itself, as things are. Absent when something other than
   * free slots keeps it from starting, and for places beyond {@link MAX_PLACE}.
   */
  readonly place: number | undefined
  /** Whether it is among those that are dispatched next, within the slots that are free. */
  readonly isNext: boolean
  readonly dependsOn: readonly (Dependency & { readonly status: TaskStatus })[]
}

export const MAX_PLACE = 500

/** Asks the functions that dispatch, and nothing else. */
export function why(tx: ReadTx, task: Task, now: Date): Explanation {
  const dependsOn = tx.dependencies
    .of(task.id)
    .map((dependency) => ({ ...dependency, status: storedTask(tx, dependency.id).status }))
  const explanation = {
    status: task.status,
    waitingFor: undefined,
    isDispatched: task.status === 'queued' && task.openAttemptId !== undefined,
    place: undefined,
    isNext: false,
    dependsOn,
  }
  if (!isWaiting(task)) return explanation

  const facts = tx.facts()
  const next = placeIn(
    startOrder(tx, now, () => facts),
    task.id,
  )
  if (next !== undefined) return { ...explanation, place: next, isNext: true }
  const decision = decide(task, facts, now)
  const waitingFor = decision.kind === 'wait' ? decision : undefined
  const everywhere = startOrder(tx, now, () => unlimited(facts, now))
  return { ...explanation, waitingFor, place: placeIn(everywhere, task.id) }
}

function placeIn(starts: Iterable<{ readonly task: Task }>, id: TaskId): number | undefined {
  let place = 0
  for (const { task } of starts) {
    place += 1
    if (task.id === id) return place
    if (place >= MAX_PLACE) return undefined
  }
  return undefined
}

/** As if every worker had slots without end, what is left of a budget no end, and every project allowed any number at once. */
function unlimited(facts: Facts, now: Date): Facts {
  const isBudgetOpen =
    facts.budget !== undefined && ungrantedOf(facts.budget, now) >= MIN_ALLOWANCE_MICRO_USD

  const projects = Object.entries(facts.projects).map(
    ([name, { running }]) => [name, { running, concurrency: undefined }] as const,
  )
  return {
    ...facts,
    budget: isBudgetOpen ? undefined : facts.budget,
    workers: facts.workers.map((worker) => ({ ...worker, concurrency: Infinity })),
    projects: Object.fromEntries(projects),
  }
}
