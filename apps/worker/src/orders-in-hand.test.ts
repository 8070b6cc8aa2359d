import { attemptId, taskId, type Order } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { ordersInHand } from './orders-in-hand.ts'

const order = (number: number): Order => ({
  attemptId: attemptId(`att_00000000-0000-7000-8000-00000000000${number}`),
  taskId: taskId('tsk_00000000-0000-7000-8000-000000000001'),
  fence: 1,
  pool: '',
})

const everybody = { limit: 2, mayTake: () => true }

test('an order too many is left to others, and one that comes after an end is not', async () => {
  const handled: string[] = []
  const ends: (() => void)[] = []
  const orders = ordersInHand(async ({ attemptId: id }) => {
    handled.push(id)
    await new Promise<void>((resolve) => ends.push(resolve))
  }, everybody)
  const running = [orders.handle(order(1)), orders.handle(order(2))]
  await orders.handle(order(3))
  expect(handled).toEqual([order(1).attemptId, order(2).attemptId])
  for (const end of ends) end()
  await Promise.all(running)
  const last = orders.handle(order(4))
  expect(handled).toHaveLength(3)
  ends[2]?.()
  await last
})

test('a worker that is not heard leaves orders to others', async () => {
  const handled: string[] = []
  let mayTake = false
  const orders = ordersInHand(
    async ({ attemptId: id }) => {
      handled.push(id)
    },
    { ...everybody, mayTake: () => mayTake },
  )
  await orders.handle(order(1))
  expect(handled).toEqual([])
  mayTake = true
  await orders.handle(order(1))
  expect(handled).toEqual([order(1).attemptId])
})
