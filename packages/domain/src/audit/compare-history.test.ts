import { expect, test } from 'vitest'

import { compareHistory } from './compare-history.ts'
import type { TaskHistory } from './task-history.ts'

const HISTORY: TaskHistory = {
  task: { status: 'running', priority: 50, project: undefined },
  attempts: { att_1: { number: 1, status: 'running' } },
  messages: { 1: { number: 1, sha256: 'ab' } },
}
const TASK = { status: 'running', priority: 50, project: undefined, model: 'opus' }
const ATTEMPTS = { att_1: { number: 1, status: 'running', fence: 1 } }
const MESSAGES = { 1: { number: 1, sha256: 'ab', attemptId: undefined } }

test('rows that say what the log says do not differ, whatever else they hold', () => {
  expect(compareHistory(HISTORY, { task: TASK, attempts: ATTEMPTS, messages: MESSAGES })).toEqual(
    [],
  )
})

test('every field that differs is named, with both values', () => {
  const task = { ...TASK, status: 'queued', project: 'shop' }
  expect(compareHistory(HISTORY, { task, attempts: ATTEMPTS, messages: MESSAGES })).toEqual([
    { subject: 'task', field: 'status', expected: 'running', found: 'queued' },
    { subject: 'task', field: 'project', expected: undefined, found: 'shop' },
  ])
})

test('an attempt that differs is named', () => {
  const attempts = { att_1: { ...ATTEMPTS.att_1, status: 'lost' } }
  expect(compareHistory(HISTORY, { task: TASK, attempts, messages: MESSAGES })).toEqual([
    { subject: 'att_1', field: 'status', expected: 'running', found: 'lost' },
  ])
})

test('a row that is missing is named', () => {
  expect(compareHistory(HISTORY, { task: undefined, attempts: {}, messages: {} })).toEqual([
    { subject: 'task', expected: 'a row', found: 'none' },
    { subject: 'att_1', expected: 'a row', found: 'none' },
    { subject: 'message 1', expected: 'a row', found: 'none' },
  ])
})

test('a row that no event made is named', () => {
  const unmade = { task: {}, attempts: { att_2: { status: 'running' } }, messages: {} }
  const attempts = { ...ATTEMPTS, att_2: { number: 2 } }
  const found = { expected: 'no row', found: 'a row that no event tells of' }
  expect(compareHistory(unmade, { task: TASK, attempts, messages: MESSAGES })).toEqual([
    { subject: 'task', ...found },
    { subject: 'att_2', ...found },
    { subject: 'att_1', ...found },
    { subject: 'message 1', ...found },
  ])
})

test('a message that is not what was sent is named', () => {
  const messages = { 1: { ...MESSAGES[1], sha256: 'cd' } }
  expect(compareHistory(HISTORY, { task: TASK, attempts: ATTEMPTS, messages })).toEqual([
    { subject: 'message 1', field: 'sha256', expected: 'ab', found: 'cd' },
  ])
})
