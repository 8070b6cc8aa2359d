import { openStore } from '@sleepless/storage'
import Database from 'better-sqlite3'

import { install, type Installation } from './installation.ts'
import { quantile, type Measurement } from './statistics.ts'

/** The service stores this many tasks. */
const STORED = 1_000_000
const ROUNDS = 3
// As the search numbers what it indexes; what it would make of these texts is made of them in SQL.
const FIRST = 2 ** 40
const PARENT = 'tsk_00000000-0000-7000-8000-000000000001'

const STATUSES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled'] as const
const PLACES = [{}, { kind: 'thought' }, { kind: 'serious' }, { project: 'p1' }, { project: 'p9' }]
const RELATIONS = [
  {},
  { parent: PARENT },
  { followUpOf: PARENT },
  { parent: PARENT, followUpOf: PARENT },
]
const TIMES = [{}, { createdBefore: '1970-01-01T00:10:00Z', createdAfter: '1970-01-01T00:05:00Z' }]
const WORDS = [
  {},
  { q: 'number' },
  { q: 'num' },
  { q: 'rare7 number' },
  { q: 'rare7 rare8' },
  { q: 'absent' },
]

/** Pages of lists by each combination of filters, one at a time, as clients see them. */
export async function lists(modelUrl: string): Promise<Measurement[]> {
  await using service = await install('api', modelUrl, { fill })
  const times = new Map<string, number[]>()
  const queries = combinations()
  await timeOf(service, {})
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const query of queries) {
      const name = JSON.stringify(query)
      times.set(name, [...(times.get(name) ?? []), await timeOf(service, query)])
    }
  }
  const p95s = [...times].map(([name, all]) => ({ name, p95: quantile(all, 0.95), all }))
  const [worst] = p95s.toSorted((a, b) => b.p95 - a.p95)
  const everything = p95s.flatMap(({ all }) => all)
  return [
    {
      name: `50 of ${STORED}, ${queries.length} filters, p50`,
      value: quantile(everything, 0.5),
      unit: 'ms',
    },
    { name: '… p99 of all', value: quantile(everything, 0.99), unit: 'ms', limit: 20 },
    {
      name: `… p95 of the slowest: ${worst?.name}`,
      value: worst?.p95 ?? Number.NaN,
      unit: 'ms',
      limit: 20,
    },
    { name: '… without a filter, p99', value: quantile(times.get('{}') ?? [], 0.99), unit: 'ms' },
  ]
}

type Query = Readonly<Record<string, string>>

function combinations(): readonly Query[] {
  const statuses = [{}, ...STATUSES.map((status) => ({ status })), { status: 'failed,canceled' }]
  const parts: readonly (readonly Query[])[] = [statuses, PLACES, RELATIONS, TIMES, WORDS]
  return parts.reduce<Query[]>(
    (all, part) => all.flatMap((query) => part.map((more) => ({ ...query, ...more }))),
    [{}],
  )
}

async function timeOf({ url, token }: Installation, query: Query): Promise<number> {
  const begun = performance.now()
  const search = new URLSearchParams(query).toString()
  const answer = await fetch(`${url}/v1/tasks?${search}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`expected 200, got ${answer.status}`)
  return performance.now() - begun
}

/** Tasks of all kinds; half of them are of one project, a thousandth belongs to one parent. */
async function fill(file: string): Promise<void> {
  await openStore(file)[Symbol.asyncDispose]()
  const connection = new Database(file)
  connection.pragma('synchronous = OFF')
  connection.exec(`
    INSERT INTO partitions VALUES (1, '["bench"]');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9)
    INSERT INTO projects (name, remote, created_at) SELECT 'p' || i, '/srv/p', 0 FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${STORED})
    INSERT INTO tasks (id, kind, project, prompt, status, priority, sort_key, partition, timeout_ms,
        attempts, tries, due_at, due_reason, parent, follow_up_of, created_at)
      SELECT printf('tsk_%08x-%04x-7000-8000-%012x', i >> 16, i & 65535, i),
        iif(i % 4 = 0, 'thought', 'serious'),
        CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN 'p' || (2 + i % 8) ELSE 'p1' END,
        printf('Think of a number, and of rare%d and rare%d.', i % 997, i % 1009),
        CASE i % 50 WHEN 0 THEN 'queued' WHEN 1 THEN 'failed' WHEN 2 THEN 'canceled' ELSE 'succeeded' END,
        50, i, 1, 1000, 0, 0, 2e14 + i, 'not-before',
        iif(i % 1000 = 7, '${PARENT}', NULL), iif(i % 1000 = 8, '${PARENT}', NULL), i FROM n;
    INSERT INTO searched_tasks SELECT ${FIRST} + created_at, id FROM tasks;
    INSERT INTO task_search (rowid, text)
      SELECT ${FIRST} + created_at, replace(replace(lower(prompt), ',', ''), '.', '') FROM tasks`)
  connection.close()
}
