import path from 'node:path'

import type { Store } from '@sleepless/domain'
import { defaultPolicy, needsDispatch, type EngineDeps } from '@sleepless/engine'
import { openStore } from '@sleepless/storage'
import { temporaryDirectory } from '@sleepless/testing'
import Database from 'better-sqlite3'

import { quantile, type Measurement } from './statistics.ts'

const SMALL = 100
const LARGE = 1_000_000
const ROUNDS = 7
const DECISIONS = 200
/** What a decision at {@link LARGE} pending tasks may cost, as a multiple of one at {@link SMALL}. */
const LIMIT = 2

/**
 * One decision: everything that the scheduler looks at to find out whether something may start, and
 * what. The backlog is changed from shape to shape in place.
 */
const shapes: readonly { readonly name: string; readonly sql: (tasks: number) => string }[] = [
  { name: 'plain', sql: () => '' },
  {
    name: 'half blocked at the head',
    sql: (tasks) => `UPDATE tasks SET blockers = 1 WHERE rowid <= ${tasks / 2}`,
  },
  {
    name: 'half future at the head',
    sql: (tasks) =>
      `UPDATE tasks SET blockers = 0,
         due_at = iif(rowid <= ${tasks / 2}, 9e15 + rowid, NULL), due_reason = 'not-before'`,
  },
  {
    name: 'half gated at the head',
    sql: (tasks) =>
      `UPDATE tasks SET due_at = NULL, due_reason = NULL,
         partition = iif(rowid <= ${tasks / 2}, 1, 2 + rowid % 9)`,
  },
  { name: 'after ANALYZE and PRAGMA optimize', sql: () => 'ANALYZE; PRAGMA optimize = 0x10002' },
]

export async function decisions(): Promise<Measurement[]> {
  await using small = await backlogOf(SMALL)
  await using large = await backlogOf(LARGE)
  const measurements: Measurement[] = []
  for (const { name, sql } of shapes) {
    small.change(sql(SMALL))
    large.change(sql(LARGE))
    const times = { small: [] as number[], large: [] as number[] }
    for (let round = 0; round < ROUNDS; round += 1) {
      times.small.push(...(await small.decide()))
      times.large.push(...(await large.decide()))
    }
    const [few, many] = [quantile(times.small, 0.5), quantile(times.large, 0.5)]
    measurements.push(
      { name: `a decision, ${SMALL} pending, ${name}`, value: few * 1000, unit: 'µs' },
      { name: `a decision, ${LARGE} pending, ${name}`, value: many * 1000, unit: 'µs' },
      { name: `… of that at ${SMALL}`, value: many / few, unit: '×', limit: LIMIT },
    )
  }
  return measurements
}

interface Backlog extends AsyncDisposable {
  change(sql: string): void
  /** Milliseconds of each of some decisions. */
  decide(): Promise<number[]>
}

async function backlogOf(tasks: number): Promise<Backlog> {
  await using resources = new AsyncDisposableStack()
  const directory = resources.use(await temporaryDirectory('sleepless-decide-'))
  const file = path.join(directory.path, 'tasks.db')
  await openStore(file)[Symbol.asyncDispose]()
  const raw = resources.adopt(new Database(file), (connection) => void connection.close())
  raw.pragma('synchronous = OFF')
  raw.exec(backlogSql(tasks))
  const store = resources.use(openStore(file))
  const owned = resources.move()
  return {
    change: (sql) => void raw.exec(sql),
    decide: () => decisionTimes(store),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const ENGINE: EngineDeps = {
  clock: { now: () => new Date(), monotonicMs: () => performance.now() },
  ids: { taskId: never, attemptId: never, workerId: never },
  policy: defaultPolicy(15_000),
  random: Math.random,
}

function never(): never {
  throw new Error('a decision makes nothing')
}

async function decisionTimes(store: Store): Promise<number[]> {
  return store.read((tx) =>
    Array.from({ length: DECISIONS }, () => {
      const begun = performance.now()
      if (!needsDispatch(tx, ENGINE)) throw new Error('something could have been dispatched')
      return performance.now() - begun
    }),
  )
}

/** Ten projects, of which the first is at its limit; a worker with a free slot and three that are busy. */
function backlogSql(tasks: number): string {
  return `
    BEGIN;
    ${numbers(10)} INSERT INTO projects (name, remote, created_at, concurrency)
      SELECT printf('p%d', i), '/r', 0, iif(i = 1, 1, NULL) FROM n;
    ${numbers(10)} INSERT INTO partitions SELECT i, json_array(printf('p%d', i), 'claude', json('[]'))
      FROM n;
    ${numbers(tasks)} INSERT INTO tasks (id, kind, project, prompt, status, priority, sort_key,
        partition, timeout_ms, attempts, tries, created_at)
      SELECT printf('tsk_00000000-0000-7000-8000-%012x', i), 'serious', printf('p%d', 2 + i % 9),
        'Think.', 'queued', 50, i, 2 + i % 9, 1000, 0, 0, i FROM n;
    INSERT INTO tasks (id, kind, project, prompt, status, priority, sort_key, partition, timeout_ms,
        attempts, tries, created_at, open_attempt_id)
      VALUES ('tsk_00000000-0000-7000-8000-ffffffffffff', 'serious', 'p1', 'x', 'running', 50, 0, 1,
        1000, 1, 0, 0, 'att_00000000-0000-7000-8000-000000000001');
    ${numbers(4)} INSERT INTO workers (id, name, status, concurrency, labels, executors, joined_at,
        seen_at, lease_expires_tick)
      SELECT printf('wrk_00000000-0000-7000-8000-%012x', i), 'w', 'online', iif(i = 1, 2, 0), '[]',
        '{"claude":{"available":true,"version":"2"}}', 0, 0, 1000000 FROM n;
    INSERT INTO attempts (id, task_id, number, status, fence, worker_id, output_bytes, report_seq,
        cost_micro_usd, dispatched_at, lease_expires_tick)
      VALUES ('att_00000000-0000-7000-8000-000000000001',
        'tsk_00000000-0000-7000-8000-ffffffffffff', 1, 'running', 1,
        'wrk_00000000-0000-7000-8000-000000000001', 0, 0, 0, 0, 1000000);
    COMMIT;`
}

function numbers(count: number): string {
  return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${count})`
}
