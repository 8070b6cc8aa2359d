import { TASK_STATUSES, type Facts, type TaskId, type TaskStatus } from '@sleepless/domain'
import { Gauge, type Registry } from 'prom-client'

import type { ApiDeps } from '../deps.ts'

type Deps = Pick<ApiDeps, 'store' | 'engine'>

// Counting a million tasks takes a while; it must not hold up requests, nor be done for each that looks.
const ROWS_AT_ONCE = 10_000
const KEPT_MS = 10_000

/** How many tasks there are, and what is known of where they may run. */
export function addTaskMetrics(registry: Registry, deps: Deps): void {
  const registers = [registry]
  const count = createTaskCount(deps)
  const tasks: Gauge = new Gauge({
    name: 'sleepless_tasks',
    help: `Tasks by status, counted at most every ${KEPT_MS / 1000} seconds.`,
    labelNames: ['status'],
    registers,
    async collect() {
      for (const [status, number] of await count()) tasks.set({ status }, number)
    },
  })
  const facts = createFactReader(deps)
  for (const [name, { help, read }] of Object.entries(figures)) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: async () => gauge.set(read(await facts())),
    })
  }
}

interface Known {
  readonly facts: Facts
  readonly head: number
}

/** All figures of one look come from one moment. */
function createFactReader({ store }: Deps): () => Promise<Known> {
  let pending: Promise<Known> | undefined
  return () => {
    pending ??= store
      .read((tx) => ({ facts: tx.facts(), head: tx.events.head() }))
      .finally(() => (pending = undefined))
    return pending
  }
}

interface Figure {
  readonly help: string
  readonly read: (known: Known) => number
}

const figures: Readonly<Record<string, Figure>> = {
  sleepless_event_head: { help: 'Id of the newest event.', read: ({ head }) => head },
  sleepless_paused: {
    help: '1 while no task is started.',
    read: ({ facts: { pause } }) => (pause === undefined ? 0 : 1),
  },
  sleepless_workers_online: { help: 'Workers.', read: ({ facts }) => facts.workers.length },
  sleepless_slots: {
    help: 'Attempts that the workers take at once.',
    read: ({ facts }) => sum(facts.workers.map(({ concurrency }) => concurrency)),
  },
  sleepless_attempts_running: {
    help: 'Attempts that run.',
    read: ({ facts }) => sum(facts.workers.map(({ busy }) => busy)),
  },
  sleepless_orders_unclaimed: {
    help: 'Orders that no worker has claimed yet.',
    read: ({ facts }) => sum(Object.values(facts.unclaimedOrders)),
  },
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

type Counts = ReadonlyMap<TaskStatus, number>

/** One count at a time, shared by all who ask while it is fresh. */
function createTaskCount({ store, engine }: Deps): () => Promise<Counts> {
  let counted: { readonly atMs: number; readonly counts: Promise<Counts> } | undefined
  return async () => {
    const nowMs = engine.clock.monotonicMs()
    if (counted === undefined || nowMs - counted.atMs > KEPT_MS) {
      counted = { atMs: nowMs, counts: countTasks(store) }
      counted.counts.catch(() => (counted = undefined))
    }
    return counted.counts
  }
}

/** In steps, between which others have their turn: what moves meanwhile is counted before or after. */
async function countTasks(store: Deps['store']): Promise<Counts> {
  const counts = new Map<TaskStatus, number>()
  for (const status of TASK_STATUSES) {
    let total = 0
    let after: TaskId | undefined
    do {
      const from = after
      const step = await store.read((tx) => tx.tasks.count(status, ROWS_AT_ONCE, from))
      total += step.count
      after = step.last
      await new Promise((resolve) => setImmediate(resolve))
    } while (after !== undefined)
    counts.set(status, total)
  }
  return counts
}
