import { expect, test } from 'vitest'

import { afterEvent, NO_HISTORY, type HistoryEvent, type TaskHistory } from './task-history.ts'

const event = (
  at: number,
  type: HistoryEvent['type'],
  data: HistoryEvent['data'] = {},
): HistoryEvent => ({ type, at: new Date(at), attemptId: undefined, data })

const after = (...events: readonly HistoryEvent[]): TaskHistory =>
  events.reduce(afterEvent, NO_HISTORY)

const SUBMITTED = event(1, 'task.submitted', { kind: 'thought', requestSha256: 'ab' })
const SENT = event(2, 'message.received', { number: 1, sha256: 'cd' })
const TRASHED = event(4, 'task.trashed')

test('a task is in the trash until it is restored', () => {
  const { task } = after(SUBMITTED, event(3, 'task.canceled'), TRASHED)
  expect(task).toMatchObject({ status: 'canceled', trashedAt: 4 })
  const restored = after(SUBMITTED, TRASHED, event(5, 'task.restored')).task
  expect(restored).toMatchObject({ trashedAt: undefined })
})

test.each([
  ['done', ''],
  [undefined, undefined],
])('a task that was purged has no texts any more: of %j is left %j', (summary, left) => {
  const ended = event(3, 'task.succeeded', { summary, commit: 'c0ffee' })
  const { task, messages } = after(SUBMITTED, SENT, ended, TRASHED, event(5, 'task.purged'))
  expect(task).toMatchObject({ purgedAt: 5, trashedAt: 4, prompt: '', commit: 'c0ffee' })
  expect(task['summary']).toBe(left)
  expect(Object.keys(task)).not.toContain('requestSha256')
  expect(messages[1]).toMatchObject({ number: 1, receivedAt: 2 })
  expect(Object.keys(messages[1] ?? {})).not.toContain('sha256')
})
