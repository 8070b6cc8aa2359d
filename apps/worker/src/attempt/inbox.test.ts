import type { AgentMessage } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { createInbox, type Inbox } from './inbox.ts'

const receivedAt = new Date('2026-01-01T00:00:00.000Z')
const message = (number: number): AgentMessage => ({ number, text: `text ${number}`, receivedAt })

async function numbersIn(inbox: Inbox): Promise<readonly number[]> {
  const numbers: number[] = []
  for await (const { number } of inbox) numbers.push(number)
  return numbers
}

test('messages are read once each and in order, however often they come', async () => {
  const inbox = createInbox(0)
  inbox.add([message(1), message(2)])
  inbox.add([message(1), message(2), message(3)])
  const read = numbersIn(inbox)
  inbox.add([message(3), message(4)])
  inbox.close()
  expect(await read).toEqual([1, 2, 3, 4])
})

test('a reader that waits gets what comes', async () => {
  const inbox = createInbox(0)
  const next = inbox[Symbol.asyncIterator]().next()
  inbox.add([message(1)])
  expect((await next).value).toEqual(message(1))
})

test('what the attempt began with does not come again', async () => {
  const inbox = createInbox(2)
  inbox.add([message(1), message(2), message(3)])
  inbox.close()
  expect(await numbersIn(inbox)).toEqual([3])
  expect(inbox.taken()).toBe(3)
})

test('a closed one keeps nothing, and still knows what came', async () => {
  const inbox = createInbox(0)
  inbox.close()
  inbox.add([message(1)])
  expect(await numbersIn(inbox)).toEqual([])
  expect(inbox.taken()).toBe(1)
})

test('a reader that stops while it waits is told that it is over', async () => {
  const iterator = createInbox(0)[Symbol.asyncIterator]()
  const next = iterator.next()
  await iterator.return?.()
  expect(await next).toEqual({ done: true, value: undefined })
})
