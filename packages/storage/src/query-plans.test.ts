import path from 'node:path'

import type { ReadTx, TaskFilter, WriteTx } from '@sleepless/domain'
import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test, vi } from 'vitest'

import { openWriter, query, type Connection } from './database.ts'
import { fillBacklog } from './fixtures/backlog.ts'
import { attemptOf, SOME_TIME, taskOf, workerOf } from './fixtures/rows.ts'
import { migrate } from './migrate.ts'
import { attemptWrites } from './tables/attempt-table.ts'
import { dependencyReads } from './tables/dependency-table.ts'
import { eventReads } from './tables/event-table.ts'
import { factReads } from './tables/facts.ts'
import { idempotencyWrites } from './tables/idempotency-table.ts'
import { messageReads } from './tables/message-table.ts'
import { projectReads } from './tables/project-table.ts'
import { reportReads } from './tables/report-reads.ts'
import { searchReads } from './tables/search-table.ts'
import { settingReads } from './tables/setting-table.ts'
import { spendingReads } from './tables/spending-table.ts'
import { taskWrites } from './tables/task-table.ts'
import { trashReads } from './tables/trash-table.ts'
import { workerReads } from './tables/worker-table.ts'

type Tables = Pick<
  ReadTx,
  | 'events'
  | 'workers'
  | 'facts'
  | 'dependencies'
  | 'messages'
  | 'spending'
  | 'reports'
  | 'projects'
  | 'trash'
  | 'search'
> &
  Pick<WriteTx, 'tasks' | 'attempts' | 'idempotency'>

const DAY = { from: SOME_TIME, until: new Date(SOME_TIME.getTime() + 1000), project: undefined }

interface Case {
  readonly name: string
  readonly run: (tables: Tables) => unknown
  /** How the plan must begin, line by line. */
  readonly plan: readonly RegExp[]
  /** How often the few rows that are online or running are sorted. */
  readonly sorts?: number
  /** What each line must be. */
  readonly everyLine?: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'the partitions with something to start',
    run: ({ tasks }) => tasks.readyPartitions(),
    plan: [/^SEARCH tasks USING (COVERING )?INDEX tasks_ready \(partition>\?\)$/],
  },
  {
    name: 'the next task of a partition',
    run: ({ tasks }) => tasks.readyIn(1, { limit: 1 }),
    plan: [/^SEARCH tasks USING (COVERING )?INDEX tasks_ready \(partition=\?\)$/],
  },
  {
    name: 'the tasks after that',
    run: ({ tasks }) => tasks.readyIn(1, { limit: 1, after: { sortKey: 0, id: taskOf(1) } }),
    plan: [
      /^SEARCH tasks USING (COVERING )?INDEX tasks_ready \(partition=\? AND \(sort_key,id\)>\(\?,\?\)\)$/,
    ],
  },
  {
    name: 'tasks whose deadline has come',
    run: ({ tasks }) => tasks.overdue(SOME_TIME, 1),
    plan: [/^SEARCH tasks USING (COVERING )?INDEX tasks_deadline \(deadline>\? AND deadline<\?\)$/],
  },
  {
    name: 'the tasks that wait for another',
    run: ({ dependencies }) => dependencies.openDependents(taskOf(1), 9),
    plan: [/^SEARCH dependencies USING (COVERING )?INDEX dependencies_open \(depends_on=\?\)$/],
  },
  {
    name: 'what a task waits for',
    run: ({ dependencies }) => dependencies.of(taskOf(1)),
    plan: [/^SEARCH dependencies USING PRIMARY KEY \(task_id=\?\)$/],
  },
  {
    name: 'tasks whose moment has come',
    run: ({ tasks }) => tasks.due(SOME_TIME, 1),
    plan: [/^SEARCH tasks USING (COVERING )?INDEX tasks_due \(due_at>\? AND due_at<\?\)$/],
  },
  {
    name: 'how many tasks have a status',
    run: ({ tasks }) => tasks.count('queued', 9, taskOf(1)),
    plan: [
      /^CO-ROUTINE/,
      /^MERGE \(UNION ALL\)$/,
      /^LEFT$/,
      /^SEARCH tasks USING COVERING INDEX tasks_listed \(kind=\? AND status=\? AND id>\?\)$/,
      /^RIGHT$/,
      /^SEARCH tasks USING COVERING INDEX tasks_listed \(kind=\? AND status=\? AND id>\?\)$/,
      /^SCAN /,
    ],
  },
  {
    name: 'the next moment',
    run: ({ tasks }) => tasks.nextMoment(),
    plan: [
      /^SEARCH tasks USING COVERING INDEX tasks_due \(due_at>\?\)$/,
      /^SEARCH tasks USING (COVERING )?INDEX tasks_deadline \(deadline>\?\)$/,
    ],
  },
  ...listCases(),
  {
    name: 'whether a project is in use',
    run: ({ projects }) => projects.isInUse('p'),
    plan: [/^SEARCH tasks USING (COVERING )?INDEX tasks_of_project \(project=\? AND status=\?\)$/],
  },
  {
    name: 'the trash',
    run: ({ trash }) => trash.list({ limit: 9 }),
    plan: [/^SEARCH tasks USING (COVERING )?INDEX tasks_trashed \(trashed_at>\?\)$/],
  },
  {
    name: 'the trash after a place',
    run: ({ trash }) => trash.list({ limit: 9, before: { trashedAt: SOME_TIME, id: taskOf(1) } }),
    plan: [
      /^SEARCH tasks USING (COVERING )?INDEX tasks_trashed \(trashed_at>\? AND \(trashed_at,id\)<\(\?,\?\)\)$/,
    ],
  },
  {
    name: 'what was put into the trash long ago',
    run: ({ trash }) => trash.olderThan(SOME_TIME, 9),
    plan: [
      /^SEARCH tasks USING (COVERING )?INDEX tasks_trashed \(trashed_at>\? AND trashed_at<\?\)$/,
    ],
  },
  {
    name: 'tasks by their words',
    run: ({ tasks }) => tasks.page({ q: 'one two' }, { limit: 9, before: taskOf(1) }),
    plan: [
      /^SEARCH searched_tasks USING COVERING INDEX sqlite_autoindex_searched_tasks_1 \(task_id=\?\)$/,
      /^SEARCH searched_tasks USING COVERING INDEX sqlite_autoindex_searched_tasks_1 \(task_id<\?\)$/,
      /^SCAN task_search VIRTUAL TABLE INDEX \d+:/,
      /^SEARCH searched_tasks USING INTEGER PRIMARY KEY \(rowid=\?\)$/,
    ],
  },
  {
    name: 'what is new to the search',
    run: ({ search }) => search.news(9),
    plan: [
      /^SEARCH search_progress USING INTEGER PRIMARY KEY \(rowid=\?\)$/,
      /^SEARCH events USING INTEGER PRIMARY KEY \(rowid>\?\)$/,
    ],
  },
  {
    name: 'orders that nobody has claimed',
    run: ({ attempts }) => attempts.dispatched(),
    plan: [/^SCAN attempts USING INDEX attempts_dispatched$/],
  },
  {
    name: 'attempts whose lease has run out',
    run: ({ attempts }) => attempts.leaseExpired(5),
    plan: [/^SEARCH attempts USING INDEX attempts_running \(lease_expires_tick<\?\)$/],
  },
  {
    name: 'attempts that run on a worker',
    run: ({ attempts }) => attempts.runningOn(workerOf(1)),
    plan: [/^SEARCH attempts USING INDEX attempts_on_worker \(worker_id=\?\)$/],
  },
  {
    name: 'the attempts of a task',
    run: ({ attempts }) => attempts.ofTask(taskOf(1)),
    plan: [/^SEARCH attempts USING INDEX sqlite_autoindex_attempts_2 \(task_id=\?\)$/],
  },
  {
    name: 'renewing leases',
    run: ({ attempts }) => attempts.renew(workerOf(1), [attemptOf(1), attemptOf(2)], 9),
    plan: [/^SEARCH attempts USING INDEX (attempts_on_worker|sqlite_autoindex_attempts_1) /],
  },
  {
    name: 'workers whose lease has run out',
    run: ({ workers }) => workers.leaseExpired(5),
    plan: [/^SEARCH workers USING INDEX workers_present \(lease_expires_tick<\?\)$/],
  },
  {
    name: 'the facts for the gates',
    sorts: 3,
    run: ({ facts }) => facts(),
    plan: [
      /^SCAN projects USING COVERING INDEX projects_limited$/,
      /^SCAN attempts USING INDEX attempts_open$/,
      /^SEARCH tasks USING INDEX sqlite_autoindex_tasks_1 \(id=\?\)$/,
      /^USE TEMP B-TREE FOR GROUP BY$/,
      /^SEARCH settings USING INDEX sqlite_autoindex_settings_1 \(key=\?\)$/,
      /^SCAN workers USING INDEX workers_present$/,
      /^CORRELATED SCALAR SUBQUERY 1$/,
      /^SEARCH attempts USING (COVERING )?INDEX attempts_on_worker \(worker_id=\?\)$/,
      /^USE TEMP B-TREE FOR ORDER BY$/,
      /^SCAN quotas USING COVERING INDEX quotas_exhausted$/,
      /^SEARCH worker_accounts USING (COVERING )?INDEX worker_accounts_by_credential \(credential_id=\?\)$/,
      /^SCAN attempts USING (COVERING )?INDEX attempts_dispatched$/,
      /^USE TEMP B-TREE FOR GROUP BY$/,
    ],
  },
  {
    name: 'what the newest day has cost',
    run: ({ spending }) => spending.latest(),
    plan: [/^SEARCH day_spending USING PRIMARY KEY \(day>\?\)$/],
  },
  {
    name: 'what days have cost',
    run: ({ spending }) => spending.days('2026-01-01'),
    plan: [/^SEARCH day_spending USING PRIMARY KEY \(day>\?\)$/],
  },
  {
    name: 'what attempts may still spend',
    run: ({ spending }) => spending.grantedMicroUsd(),
    plan: [
      /^SCAN attempts USING INDEX attempts_open$/,
      /^SEARCH allowances USING PRIMARY KEY \(attempt_id=\?\)$/,
    ],
  },
  {
    name: 'the newest event',
    run: ({ events }) => events.head(),
    plan: [/^SEARCH events$/],
  },
  {
    name: 'events after an id',
    run: ({ events }) => events.list({}, { after: 5, limit: 9 }),
    plan: [/^SEARCH events USING INTEGER PRIMARY KEY \(rowid>\?\)$/],
  },
  {
    name: 'events of a task after an id',
    run: ({ events }) => events.list({ taskId: taskOf(1) }, { after: 5, limit: 9 }),
    plan: [/^SEARCH events USING INDEX events_by_task \(task_id=\? AND id>\?\)$/],
  },
  {
    name: 'events of some types and a project, in a part of the log',
    run: ({ events }) =>
      events.scan({ types: ['task.failed'], project: 'shop' }, { after: 0, limit: 9 }),
    plan: [/^CO-ROUTINE/, /^SEARCH events USING INTEGER PRIMARY KEY \(rowid>\?\)$/],
  },
  {
    name: 'what a task was sent',
    run: ({ messages }) => messages.ofTask(taskOf(1)),
    plan: [/^SEARCH messages USING INDEX sqlite_autoindex_messages_1 \(task_id=\?\)$/],
  },
  {
    name: 'what its agent has not been given',
    run: ({ messages }) => messages.undelivered(taskOf(1), 3),
    plan: [
      /^SEARCH messages USING INDEX sqlite_autoindex_messages_1 \(task_id=\? AND number>\?\)$/,
    ],
  },
  {
    name: 'a repeated request',
    run: ({ idempotency }) => idempotency.find('s', 'k'),
    plan: [/^SEARCH idempotency USING PRIMARY KEY \(scope=\? AND key=\?\)$/],
  },
  {
    name: 'forgetting old answers',
    run: ({ idempotency }) => idempotency.prune(new Date(5), 500),
    plan: [
      /^SEARCH idempotency USING PRIMARY KEY \(scope=\? AND key=\?\)$/,
      /^LIST SUBQUERY/,
      /^SEARCH idempotency USING (COVERING )?INDEX idempotency_by_age \(at<\?\)$/,
    ],
  },
  {
    name: 'how many tasks ended in which way',
    // Of what ended in the time alone.
    sorts: 1,
    run: ({ reports }) => reports.endCounts(DAY),
    plan: [/^SEARCH tasks USING COVERING INDEX tasks_ended \(finished_at>\? AND finished_at<\?\)$/],
  },
  {
    name: 'the last tasks that failed',
    run: ({ reports }) => reports.ended(DAY, 'failed', 9),
    plan: [/^SEARCH tasks USING INDEX tasks_ended \(finished_at>\? AND finished_at<\?\)$/],
  },
  {
    name: 'the tasks that run',
    sorts: 1,
    run: ({ reports }) => reports.open('running', undefined, 9),
    plan: [/^SEARCH tasks USING INDEX tasks_listed \(kind=\? AND status=\?\)$/],
  },
  {
    name: 'workers that are there',
    sorts: 1,
    run: ({ workers }) => workers.present(),
    plan: [/^SCAN workers USING INDEX workers_present$/],
  },
]

/** Lists are merged out of runs of an index, none of which is sorted. */
function listCases(): Case[] {
  const filters: readonly [filter: TaskFilter, index: string, key: string][] = [
    [{}, 'tasks_listed', 'kind'],
    [{ status: 'queued' }, 'tasks_listed', 'kind'],
    [{ kind: 'thought' }, 'tasks_listed', 'kind'],
    [{ kind: 'thought', status: ['failed', 'queued'] }, 'tasks_listed', 'kind'],
    [{ project: 'p' }, 'tasks_of_project', 'project'],
    [{ project: 'p', status: 'failed' }, 'tasks_of_project', 'project'],
    [{ parent: taskOf(1), project: 'p' }, 'tasks_of_parent', 'parent'],
    [{ followUpOf: taskOf(1), parent: taskOf(2) }, 'tasks_following', 'follow_up_of'],
  ]
  return filters.map(([filter, index, key]) => {
    const search = `SEARCH tasks USING COVERING INDEX ${index} \\(${key}=\\? AND status=\\? AND id>\\? AND id<\\?\\)`
    return {
      name: `the newest tasks of ${JSON.stringify(filter)}`,
      run: ({ tasks }) => tasks.page(filter, { limit: 9, before: taskOf(9) }),
      plan: [new RegExp(`^(MERGE \\(UNION ALL\\)|LEFT|RIGHT|${search})$`)],
      everyLine: new RegExp(`^(MERGE \\(UNION ALL\\)|LEFT|RIGHT|${search})$`),
    }
  })
}

/** The plans of the statements that each case really runs, line by line. */
function plansOn(connection: Connection): Map<string, string[]> {
  const executed: string[] = []
  const prepare = connection.prepare.bind(connection)
  const spy = vi.spyOn(connection, 'prepare').mockImplementation((source) => {
    const statement = prepare(source)
    for (const method of ['get', 'all', 'run', 'raw'] as const) {
      const original = statement[method].bind(statement) as (...args: unknown[]) => never
      vi.spyOn(statement, method).mockImplementation((...args: unknown[]) => {
        executed.push(source)
        return original(...args)
      })
    }
    return statement
  })
  const db = query(connection)
  const tables: Tables = {
    tasks: taskWrites(db, connection),
    attempts: attemptWrites(db, connection),
    projects: projectReads(db, connection),
    trash: trashReads(connection, () => undefined),
    search: searchReads(connection),
    events: eventReads(db, connection),
    workers: workerReads(db),
    facts: factReads(db, connection, settingReads(connection)),
    dependencies: dependencyReads(connection),
    idempotency: idempotencyWrites(connection),
    messages: messageReads(db),
    spending: spendingReads(connection),
    reports: reportReads(connection),
  }
  const sources = cases.map(({ name, run }) => {
    executed.length = 0
    run(tables)
    return [name, [...new Set(executed)]] as const
  })
  spy.mockRestore()
  return new Map(
    sources.map(([name, all]) => [name, all.flatMap((source) => planOf(connection, source))]),
  )
}

function planOf(connection: Connection, sql: string): string[] {
  const values = Array.from(sql.matchAll(/\?/g), () => 1)
  const named = Object.fromEntries(Array.from(sql.matchAll(/@(\w+)/g), ([, name]) => [name, 1]))
  const rows = connection.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
  return rows
    .all(...values, ...(Object.keys(named).length > 0 ? [named] : []))
    .map(({ detail }) => detail)
}

describe.each([
  ['that is empty', 0, ''],
  ['with a backlog', 5000, ''],
  ['with a backlog, after ANALYZE', 5000, 'ANALYZE'],
  ['with a backlog, after PRAGMA optimize', 5000, 'PRAGMA optimize = 0x10002'],
])('on a database %s', async (_name, tasks, sql) => {
  await using directory = await temporaryDirectory()
  const file = path.join(directory.path, 'tasks.db')
  openWriter(file, migrate).close()
  if (tasks > 0) fillBacklog(file, tasks)
  const statistics = openWriter(file)
  statistics.exec(sql)
  statistics.close()
  const connection = openWriter(file)
  const plans = plansOn(connection)
  connection.close()

  test.each(cases)(
    '$name: an index serves, and nothing is sorted',
    ({ name, plan, sorts, everyLine }) => {
      const found = plans.get(name) ?? []
      expect(found.filter((line) => everyLine?.test(line) === false)).toEqual([])
      for (const [index, line] of plan.entries()) expect(found[index]).toMatch(line)
      expect(found.join('\n')).not.toMatch(/^SCAN \w+$/m)
      expect(found.filter((line) => line.includes('TEMP B-TREE'))).toHaveLength(sorts ?? 0)
    },
  )
})
