import { readFileSync } from 'node:fs'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { openWriter, type Connection } from '../database.ts'
import { beginEpoch } from '../epochs.ts'
import { eventHash, GENESIS_HASH } from '../event-chain.ts'
import { auditedCopies } from '../fixtures/audited-copies.ts'
import { COMMIT, logHistory } from '../fixtures/logged-history.ts'
import { attemptOf, taskOf } from '../fixtures/rows.ts'
import { openStore } from '../store.ts'
import { auditDatabase, type AuditReport } from './audit-database.ts'
import type { EventRow, NotedHead } from './verify-chain.ts'

const { original, directory, auditAfter } = auditedCopies(logHistory)

const sql = (text: string) => (connection: Connection) => connection.exec(text)

test('a database as the program wrote it is in order', async () => {
  expect(await auditAfter(() => undefined)).toMatchObject({
    problems: [],
    problemCount: 0,
    tasks: 3,
    events: 14,
    headId: 14,
  })
})

describe('an edit by hand is found, and named:', () => {
  const first = `task ${taskOf(1)}`
  const attempt = `attempt ${attemptOf(1)} of ${first}`
  test.each<[string, string, string, string | RegExp]>([
    [
      "a task's status",
      `UPDATE tasks SET status = 'canceled' WHERE id = '${taskOf(1)}'`,
      first,
      'status is "canceled"; by the log up to event 9 it is "succeeded"',
    ],
    [
      'a task that was set back',
      `UPDATE tasks SET status = 'queued', finished_at = NULL WHERE id = '${taskOf(2)}'`,
      `task ${taskOf(2)}`,
      'status is "queued"; by the log up to event 14 it is "failed"',
    ],
    [
      "a task's priority",
      `UPDATE tasks SET priority = 99 WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      'priority is 99; by the log up to event 4 it is 50',
    ],
    [
      "a task's project",
      `UPDATE tasks SET project = 'shop' WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      'project is "shop"; by the log up to event 4 it is absent',
    ],
    ...[
      "prompt = prompt || '!'",
      "labels = '[]'",
      "labels = 'nonsense'",
      "model = 'opus'",
      'timeout_ms = timeout_ms + 1',
      'budget_micro_usd = 500000',
      'budget_micro_usd = NULL',
      "metadata = json_set(metadata, '$.ticket', 8)",
      'deadline = deadline + 1',
      "on_dependency_failure = 'run'",
      `parent = '${taskOf(1)}'`,
    ].map((edit): [string, string, string, RegExp] => [
      `what was asked for, by ${edit}`,
      `UPDATE tasks SET ${edit} WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      /^requestSha256 is "[0-9a-f]{64}"; by the log up to event 4 it is "[0-9a-f]{64}"$/,
    ]),
    [
      "a task's executor",
      `UPDATE tasks SET executor = 'shout' WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      'executor is "shout"; by the log up to event 4 it is "claude"',
    ],
    [
      "a task's place in the order",
      `UPDATE tasks SET sort_key = 0 WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      /^sortKey is 0; by the log/,
    ],
    [
      'what a task goes on with',
      `UPDATE tasks SET follow_up_of = NULL WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      /^followUpOf is absent; by the log/,
    ],
    [
      'a dependency that was taken away',
      `DELETE FROM dependencies WHERE depends_on = '${taskOf(2)}'`,
      `task ${taskOf(3)}`,
      `dependsOn is "${taskOf(1)}"; by the log up to event 4 it is "${taskOf(1)} ${taskOf(2)}"`,
    ],
    [
      "a result's commit",
      `UPDATE tasks SET result = json_set(result, '$.commit', '${'0'.repeat(40)}')`,
      first,
      `commit is "${'0'.repeat(40)}"; by the log up to event 9 it is "${COMMIT}"`,
    ],
    [
      'a result that was taken away',
      'UPDATE tasks SET result = NULL',
      first,
      /^commit is absent; by the log/,
    ],
    [
      'a result that is no JSON',
      "UPDATE tasks SET result = 'nonsense' WHERE result IS NOT NULL",
      first,
      /^commit is absent; by the log/,
    ],
    [
      "a task's failure",
      `UPDATE tasks SET failure = json_set(failure, '$.code', 'WORKER_LOST') WHERE failure IS NOT NULL`,
      `task ${taskOf(2)}`,
      'failureCode is "WORKER_LOST"; by the log up to event 14 it is "TIMED_OUT"',
    ],
    [
      "an attempt's status",
      `UPDATE attempts SET status = 'lost' WHERE id = '${attemptOf(1)}'`,
      attempt,
      'status is "lost"; by the log up to event 9 it is "succeeded"',
    ],
    [
      'an attempt that was brought back to life',
      `UPDATE attempts SET status = 'running' WHERE id = '${attemptOf(1)}'`,
      attempt,
      'status is "running"; by the log up to event 9 it is "succeeded"',
    ],
    [
      "an attempt's worker",
      `UPDATE attempts SET worker_id = 'wrk_x' WHERE id = '${attemptOf(1)}'`,
      attempt,
      /^workerId is "wrk_x"/,
    ],
    [
      "an attempt's cost",
      `UPDATE attempts SET cost_micro_usd = 1 WHERE id = '${attemptOf(1)}'`,
      attempt,
      'costMicroUsd is 1; by the log up to event 9 it is 1500',
    ],
    [
      'an attempt that was removed',
      `DELETE FROM attempts WHERE id = '${attemptOf(1)}'`,
      attempt,
      'the log up to event 9 tells of a row; there is none',
    ],
    [
      'an attempt that was added',
      `INSERT INTO attempts (id, task_id, number, status, fence, output_bytes, report_seq,
         cost_micro_usd, dispatched_at) VALUES ('att_x', '${taskOf(3)}', 1, 'lost', 1, 0, 0, 0, 0)`,
      `attempt att_x of task ${taskOf(3)}`,
      'the log up to event 4 tells of no row; there is a row that no event tells of',
    ],
    [
      'a task that was removed',
      `DELETE FROM dependencies; DELETE FROM tasks WHERE id = '${taskOf(3)}'`,
      `task ${taskOf(3)}`,
      'the log up to event 4 tells of a row; there is none',
    ],
    [
      'a task that nobody submitted',
      `INSERT INTO tasks (id, kind, prompt, status, priority, timeout_ms, attempts, tries, created_at)
         VALUES ('tsk_0', 'thought', 'p', 'queued', 50, 1, 0, 0, 0)`,
      'task tsk_0',
      'the log tells of no row; there is a row that no event tells of',
    ],
    [
      'the data of an event',
      `UPDATE events SET data = '{"kind":"thought","priority":51}' WHERE id = 2`,
      'event 2',
      'its content or the one before is not what was written',
    ],
    [
      'the time of an event',
      'UPDATE events SET at = at + 1 WHERE id = 7',
      'event 7',
      /is not what was written$/,
    ],
    [
      'the task of an event',
      `UPDATE events SET task_id = '${taskOf(3)}' WHERE id = 6`,
      'event 6',
      /is not what was written$/,
    ],
    [
      'the hash of an event',
      "UPDATE events SET hash = x'00' WHERE id = 1",
      'event 1',
      /is not what was written$/,
    ],
    [
      'an event that was removed',
      'DELETE FROM events WHERE id = 8',
      'event 9',
      'event 8 should come here, and is missing',
    ],
    [
      'the first event, removed',
      'DELETE FROM events WHERE id = 1',
      'event 2',
      'event 1 should come here, and is missing',
    ],
    [
      'an event that was removed, with the later ones moved up',
      'DELETE FROM events WHERE id = 12; UPDATE events SET id = id - 1 WHERE id > 12',
      'event 12',
      /is not what was written$/,
    ],
    [
      'the last event, removed',
      'DELETE FROM events WHERE id = 14',
      `task ${taskOf(2)}`,
      'status is "failed"; by the log up to event 13 it is "running"',
    ],
    [
      'an event that was added',
      "INSERT INTO events VALUES (15, 'task.canceled', 1, NULL, NULL, '{}', zeroblob(32))",
      'event 15',
      /is not what was written$/,
    ],
    [
      'a project that was pointed elsewhere',
      "UPDATE projects SET remote = 'file:///evil'",
      'project shop',
      'remote is file:///evil; by the log it is file:///shop',
    ],
    [
      'a project that nobody added',
      "INSERT INTO projects (name, remote, created_at) VALUES ('x', 'file:///x', 0)",
      'project x',
      'remote is file:///x; by the log it is absent',
    ],
    [
      'a row that names one that is not there',
      "INSERT INTO attempts (id, task_id, number, status, fence, output_bytes, report_seq, cost_micro_usd, dispatched_at) VALUES ('att_x', 'tsk_x', 1, 'lost', 1, 0, 0, 0, 0)",
      'row 3 of attempts',
      'it names a row of tasks that is not there',
    ],
  ])('%s', async (_name, edit, where, what) => {
    const { problems, problemCount } = await auditAfter(sql(edit))
    expect(problems[0]?.where).toBe(where)
    expect(problems[0]?.what).toMatch(what)
    expect(problemCount).toBeGreaterThan(0)
  })
})

test('a prompt whose event is older than the hash of requests is taken as it is', async () => {
  const edit = `UPDATE tasks SET prompt = 'another' WHERE id = '${taskOf(2)}'`
  expect(await auditAfter(sql(edit))).toMatchObject({ problems: [] })
})

test('a database of the first schema version is audited as it is', async () => {
  const file = path.join(directory(), 'first.db')
  const connection = openWriter(file, (first) => {
    const migration = new URL('../../migrations/0001-initial.sql', import.meta.url)
    first.exec(readFileSync(migration, 'utf8'))
    first.pragma('user_version = 1')
    first.exec(
      `INSERT INTO tasks (id, kind, prompt, status, priority, timeout_ms, attempts, tries, created_at)
       VALUES ('tsk_0', 'thought', 'p', 'queued', 50, 1, 0, 0, 0)`,
    )
  })
  connection.close()
  const { problems } = auditDatabase(file, { states: true })
  expect(problems).toMatchObject([
    { where: 'task tsk_0', what: expect.stringMatching(/no event tells of$/) },
  ])
})

test('as many problems are kept as a person can read, and all are counted', async () => {
  const { problems, problemCount } = await auditAfter((connection) => {
    const insert = connection.prepare(
      `INSERT INTO tasks (id, kind, prompt, status, priority, timeout_ms, attempts, tries, created_at)
       VALUES (?, 'thought', 'p', 'queued', 50, 1, 0, 0, 0)`,
    )
    for (let n = 0; n < 500; n++) insert.run(`tsk_${n}`)
  })
  expect(problems).toHaveLength(20)
  expect(problemCount).toBe(500)
})

test('a log that goes on in a new epoch is whole', async () => {
  let began = 0
  const report = await auditAfter((connection) => {
    began = beginEpoch(connection, new Date('2026-06-01')).firstEventId
    beginEpoch(connection, new Date('2026-07-01'))
  })
  expect(report).toMatchObject({ problems: [], events: 16 })
  expect(report.headId).toBeGreaterThan(began)
})

test('a gap in the log that no epoch explains is found, also beside one that does', async () => {
  const { problems } = await auditAfter((connection) => {
    const { firstEventId } = beginEpoch(connection, new Date('2026-06-01'))
    connection.exec(`UPDATE events SET id = id + 1 WHERE id = ${firstEventId}`)
  })
  expect(problems[0]?.what).toMatch(/^event \d+ should come here, and is missing$/)
})

test('a database in use is read as it is at one moment', async () => {
  await using home = await temporaryDirectory()
  const file = path.join(home.path, 'tasks.db')
  await using store = openStore(file)
  await logHistory(store)
  const seen: number[] = []
  const report = auditDatabase(file, { states: true, onProgress: ({ done }) => seen.push(done) })
  expect(report).toMatchObject({ problems: [], events: 14 })
  expect(seen.length).toBeGreaterThan(0)
  expect(await store.read((tx) => tx.events.head())).toBe(14)
})

describe('a head that was noted down elsewhere', () => {
  const note = (): NotedHead => {
    const { headId: id, headHash: hash } = auditDatabase(original(), { states: false })
    return { id, hash }
  }
  const audited = (edit: string, noted: NotedHead): Promise<AuditReport> =>
    auditAfter(sql(edit), noted)

  test('is found in a log that has grown since', async () => {
    const begin = (connection: Connection) => beginEpoch(connection, new Date('2026-06-01'))
    expect(await auditAfter(begin, note())).toMatchObject({ problems: [], events: 15 })
  })

  test('may be that of an empty log', async () => {
    const noted = { id: 0, hash: '0'.repeat(64) }
    expect(await audited('', noted)).toMatchObject({ problems: [] })
  })

  test('is missed when the newest events are gone, with all that they told of', async () => {
    const edit = `DELETE FROM events WHERE task_id = '${taskOf(2)}';
      DELETE FROM events WHERE id > 9;
      DELETE FROM attempts WHERE task_id = '${taskOf(2)}'`
    expect((await audited(edit, note())).problems).toContainEqual({
      where: 'event 14',
      what: 'it was noted, and the log has no such event',
    })
  })

  test('is not that of a log that was written anew, every hash of it right', async () => {
    const { problems } = await auditAfter(rewriteLog, note())
    const what = 'its hash is not the one that was noted: the log up to it has been rewritten'
    expect(problems).toEqual([{ where: 'event 14', what }])
  })

  test('is known to be taken back by a restore', async () => {
    const begin = (connection: Connection) => beginEpoch(connection, new Date('2026-06-01'))
    const { problems } = await auditAfter(begin, { ...note(), id: 20 })
    const what = 'it was noted, and a restore has taken it back'
    expect(problems).toEqual([{ where: 'event 20', what }])
  })
})

/** What somebody would do who knows how the log is chained, and gives output another time. */
function rewriteLog(connection: Connection): void {
  const rows = connection.prepare<[], EventRow>(
    'SELECT *, task_id AS taskId, attempt_id AS attemptId FROM events ORDER BY id',
  )
  const update = connection.prepare('UPDATE events SET at = ?, hash = ? WHERE id = ?')
  let previous = GENESIS_HASH
  for (const row of rows.all()) {
    const at = row.type === 'attempt.output' ? row.at + 1 : row.at
    previous = eventHash(previous, { ...row, at: new Date(at) })
    update.run(at, previous, row.id)
  }
}

test('the hash of the head stands for the whole log', async () => {
  const same = await Promise.all([auditAfter(() => {}), auditAfter(() => {})])
  expect(same[0].headHash).toBe(same[1].headHash)
  expect(same[0].headHash).toMatch(/^[0-9a-f]{64}$/)
})
