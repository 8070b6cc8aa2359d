import { expect, test } from 'vitest'

import { newTask, success } from '../test-kit/fake-task.ts'
import { newEntry, nextUp, type Entry, type Pace } from './entry.ts'

const pace: Pace = {
  editEveryMs: 3000,
  editGapMs: 1000,
  lastOrdinaryMs: -Infinity,
  pausedUntilMs: -Infinity,
}
const place = { channel: 'C1', ts: '1.1' }

function entry(patch: Partial<Entry>): Entry {
  return { ...newEntry(newTask({ prompt: 'x' }), { channel: 'C1', user: 'U1' }), ...patch }
}

test('waits for nothing in particular when there is no news', () => {
  expect(nextUp([entry({ isDirty: false })], pace, 0)).toEqual({ waitMs: Infinity })
})

test('leaves out an entry that is being served', () => {
  expect(nextUp([entry({ isBusy: true })], pace, 0)).toEqual({ waitMs: Infinity })
})

test('serves a first message at once', () => {
  const first = entry({})
  expect(nextUp([first], { ...pace, lastOrdinaryMs: 0 }, 0)).toEqual({ entry: first })
})

test('leaves time between two edits of one message', () => {
  expect(nextUp([entry({ place, editedAtMs: 0 })], pace, 500)).toEqual({ waitMs: 2500 })
})

test('leaves time between the edits of two messages', () => {
  const other = entry({ place })
  expect(nextUp([other], { ...pace, lastOrdinaryMs: 0 }, 400)).toEqual({ waitMs: 600 })
})

test('shows an end at once', () => {
  const task = { ...newTask({ prompt: 'x' }), ...success }
  const ended = entry({ place, editedAtMs: 0, task })
  const ending = entry({ place, editedAtMs: 0, endEventId: 7 })
  expect(nextUp([ended], pace, 1)).toEqual({ entry: ended })
  expect(nextUp([ending], pace, 1)).toEqual({ entry: ending })
})

test('serves what is urgent first, then what was edited longest ago', () => {
  const [late, early] = [entry({ place, editedAtMs: 2 }), entry({ place, editedAtMs: 1 })]
  const urgent = entry({})
  expect(nextUp([late, early, urgent], pace, 9000)).toEqual({ entry: urgent })
  expect(nextUp([late, early], pace, 9000)).toEqual({ entry: early })
})

test('is silent while Slack asks for silence', () => {
  expect(nextUp([entry({})], { ...pace, pausedUntilMs: 800 }, 100)).toEqual({ waitMs: 700 })
})

test('waits before it tries a failed entry again', () => {
  expect(nextUp([entry({ notBeforeMs: 300 })], pace, 100)).toEqual({ waitMs: 200 })
})
