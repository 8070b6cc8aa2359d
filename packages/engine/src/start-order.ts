import {
  afterDispatch,
  decideShared,
  runningOf,
  shareKeyOf,
  type Facts,
  type ReadTx,
  type Task,
} from '@sleepless/domain'

/** A task that may start, and the pool whose workers should run it. */
export interface Start {
  readonly task: Task
  readonly pool: string
}

/**
 * What starts next, in order: each task is chosen as if those before it had been dispatched. Ends when
 * the gates let nothing more pass. It asks about the first task of each partition only, so its cost does
 * not depend on how many tasks wait.
 */
export function* startOrder(
  tx: ReadTx,
  now: Date,
  readFacts: () => Facts,
): Generator<Start, void, undefined> {
  const lanes = tx.tasks.readyPartitions().map((partition) => createLane(tx, partition))
  // The facts are dearer than to see that nothing waits for them.
  if (lanes.length === 0) return
  let known = readFacts()
  for (;;) {
    const next = bestOf(lanes, known, now)
    if (next === undefined) return
    yield { task: next.task, pool: next.pool }
    next.lane.advance()
    known = afterDispatch(known, next.task, next.pool)
  }
}

interface Candidate extends Start {
  readonly lane: Lane
  readonly key: number
}

function bestOf(lanes: readonly Lane[], facts: Facts, now: Date): Candidate | undefined {
  let best: Candidate | undefined
  for (const lane of lanes) {
    const task = lane.head()
    if (task === undefined) continue
    const key = shareKeyOf(task.sortKey, runningOf(facts, task))
    if (best !== undefined && !goesBefore({ key, task }, best)) continue
    const decision = decideShared(task, facts, now)
    if (decision.kind === 'dispatch') best = { lane, task, key, pool: decision.pool }
  }
  return best
}

type Place = Pick<Candidate, 'key' | 'task'>

function goesBefore(a: Place, b: Place): boolean {
  return a.key < b.key || (a.key === b.key && a.task.id < b.task.id)
}

/** The ready tasks of one partition, taken from the front. */
interface Lane {
  head(): Task | undefined
  advance(): void
}

const MAX_PAGE = 64

function createLane(tx: ReadTx, partition: number): Lane {
  // Most lanes are asked for their first task only.
  let page = tx.tasks.readyIn(partition, { limit: 1 })
  let limit = 1
  let at = 0
  return {
    head: () => page[at],
    advance() {
      const last = page[at]
      at += 1
      if (at < page.length) return
      limit = Math.min(limit * 4, MAX_PAGE)
      page = tx.tasks.readyIn(partition, { limit, after: last })
      at = 0
    },
  }
}
