import type { Message } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { attemptOf, newAttempt, newTask, SOME_TIME, taskOf } from '../fixtures/rows.ts'
import { temporaryStore, type TemporaryStore } from '../fixtures/temporary-store.ts'

const message = (number: number, task = 1): Message => ({
  taskId: taskOf(task),
  number,
  text: `Grüße ${number}\n\u0000 '"\\ 🌍`,
  receivedAt: SOME_TIME,
  attemptId: undefined,
  deliveredAt: undefined,
})

async function withMessages(...messages: readonly Message[]): Promise<TemporaryStore> {
  const fixture = await temporaryStore()
  await fixture.store.write((tx) => {
    for (const number of [1, 2]) tx.tasks.insert(newTask(number))
    tx.attempts.insert(newAttempt(1))
    for (const one of messages) tx.messages.insert(one)
  })
  return fixture
}

test('messages come back as they were, those of a task in their order', async () => {
  await using fixture = await withMessages(message(2), message(1), message(1, 2))
  await fixture.store.read((tx) => {
    expect(tx.messages.ofTask(taskOf(1))).toStrictEqual([message(1), message(2)])
    expect(tx.messages.find(taskOf(2), 1)).toStrictEqual(message(1, 2))
    expect(tx.messages.find(taskOf(2), 2)).toBeUndefined()
  })
})

test('one is delivered once', async () => {
  await using fixture = await withMessages(message(1), message(2), message(3))
  const deliver = (at: Date): Promise<boolean> =>
    fixture.store.write((tx) => tx.messages.deliver(message(2), attemptOf(1), at))
  expect(await deliver(SOME_TIME)).toBe(true)
  expect(await deliver(new Date(0))).toBe(false)
  await fixture.store.read((tx) => {
    const delivered = { ...message(2), attemptId: attemptOf(1), deliveredAt: SOME_TIME }
    expect(tx.messages.find(taskOf(1), 2)).toStrictEqual(delivered)
    expect(tx.messages.undelivered(taskOf(1), 0)).toStrictEqual([message(1), message(3)])
    expect(tx.messages.undelivered(taskOf(1), 1)).toStrictEqual([message(3)])
  })
})

test('two of a task have no number in common', async () => {
  await using fixture = await withMessages(message(1))
  await expect(fixture.store.write((tx) => tx.messages.insert(message(1)))).rejects.toThrow(
    'UNIQUE constraint failed',
  )
})
