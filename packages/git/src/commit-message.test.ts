import { expect, test } from 'vitest'

import { commitMessage } from './commit-message.ts'
import { newAttemptId, newTaskId } from './workspaces-fixture.suite.ts'

const ids = { taskId: newTaskId(), attemptId: newAttemptId() }
const trailers = `Task: ${ids.taskId}\nAttempt: ${ids.attemptId}\n`

test('a message has a subject, a body and trailers', () => {
  expect(commitMessage({ subject: 'Do it', body: 'One.\n\nTwo.', ...ids })).toBe(
    `Do it\n\nOne.\n\nTwo.\n\n${trailers}`,
  )
})

test('an empty body leaves no gap', () => {
  expect(commitMessage({ subject: 'Do it', body: ' \n', ...ids })).toBe(`Do it\n\n${trailers}`)
})

test('the subject is the first line without control characters', () => {
  expect(commitMessage({ subject: '\n\u001b[1mDo\tit\u0000\r\nnow', body: '', ...ids })).toBe(
    `[1mDo it\n\n${trailers}`,
  )
})

test('the subject is cut to 72 characters, and none of them in two', () => {
  expect(commitMessage({ subject: '🐝'.repeat(80), body: '', ...ids })).toBe(
    `${'🐝'.repeat(72)}\n\n${trailers}`,
  )
})

test('a subject of nothing is replaced', () => {
  expect(commitMessage({ subject: ' ', body: '', ...ids })).toBe(
    `Work on ${ids.taskId}\n\n${trailers}`,
  )
})
