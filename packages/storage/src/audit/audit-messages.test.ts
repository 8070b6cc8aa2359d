import { hash } from 'node:crypto'

import { expect, test } from 'vitest'

import { auditedCopies } from '../fixtures/audited-copies.ts'
import { attemptOf, newAttempt, newTask, SOME_TIME, taskOf, workerOf } from '../fixtures/rows.ts'
import type { SqliteStore } from '../store.ts'

const { auditAfter } = auditedCopies(logMessages)

/** Two tasks; the first runs and was sent two messages, of which its agent was given the first. */
async function logMessages(store: SqliteStore): Promise<void> {
  const at = SOME_TIME
  const id = taskOf(1)
  const attempt = newAttempt(1)
  const ids = { taskId: id, attemptId: attempt.id }
  await store.write((tx) => {
    for (const number of [1, 2]) {
      tx.tasks.insert(newTask(number))
      const data = { kind: 'thought', priority: 50 }
      tx.events.append({ type: 'task.submitted', at, taskId: taskOf(number), data })
    }
    tx.attempts.insert(attempt)
    tx.events.append({ type: 'attempt.dispatched', at, ...ids, data: { number: 1 } })
    tx.attempts.update(attempt, { status: 'running', workerId: workerOf(1), claimedAt: at })
    const openAttemptId = attempt.id
    const running = { status: 'running', attempts: 1, startedAt: at, openAttemptId } as const
    tx.tasks.update(id, 'queued', running)
    tx.events.append({ type: 'attempt.claimed', at, ...ids, data: { workerId: workerOf(1) } })
    for (const number of [1, 2]) {
      const text = `Grüße ${number}`
      const undelivered = { attemptId: undefined, deliveredAt: undefined }
      tx.messages.insert({ taskId: id, number, text, receivedAt: at, ...undelivered })
      const data = { number, sha256: hash('sha256', text) }
      tx.events.append({ type: 'message.received', at, taskId: id, data })
    }
    tx.messages.deliver({ taskId: id, number: 1 }, attempt.id, at)
    tx.events.append({ type: 'message.delivered', at, ...ids, data: { number: 1 } })
    tx.tasks.update(id, 'running', { messages: 2, undeliveredMessages: 1 })
  })
}

test('messages as the program wrote them are in order', async () => {
  expect(await auditAfter(() => undefined)).toMatchObject({
    problems: [],
    problemCount: 0,
    tasks: 2,
  })
})

const first = `task ${taskOf(1)}`

test.each<[string, string, string, string | RegExp]>([
  [
    'the text of a message',
    "UPDATE messages SET text = 'Grüße 3' WHERE number = 1",
    `message 1 of ${first}`,
    /^sha256 is "\w+"; by the log up to event 7 it is "\w+"$/,
  ],
  [
    'a message that was taken for delivered',
    `UPDATE messages SET attempt_id = '${attemptOf(1)}', delivered_at = 1 WHERE number = 2`,
    `message 2 of ${first}`,
    /^attemptId is "att_.*; by the log up to event 7 it is absent$/,
  ],
  [
    'a message that was removed',
    'DELETE FROM messages WHERE number = 2',
    `message 2 of ${first}`,
    'the log up to event 7 tells of a row; there is none',
  ],
  [
    'a message that nobody sent',
    `INSERT INTO messages VALUES ('${taskOf(2)}', 1, 'x', 0, NULL, NULL)`,
    `message 1 of task ${taskOf(2)}`,
    'the log up to event 2 tells of no row; there is a row that no event tells of',
  ],
  [
    'how many messages a task was sent',
    `UPDATE tasks SET messages = 5 WHERE id = '${taskOf(2)}'`,
    `task ${taskOf(2)}`,
    'messages is 5; by the log up to event 2 it is 0',
  ],
  [
    'how many of them wait',
    `UPDATE tasks SET undelivered_messages = 0 WHERE id = '${taskOf(1)}'`,
    first,
    'undeliveredMessages is 0; by the log up to event 7 it is 1',
  ],
])('an edit by hand is found, and named: %s', async (_name, edit, where, what) => {
  const { problems, problemCount } = await auditAfter((connection) => connection.exec(edit))
  expect(problems[0]?.where).toBe(where)
  expect(problems[0]?.what).toMatch(what)
  expect(problemCount).toBe(edit.includes('attempt_id') ? 2 : 1)
})
