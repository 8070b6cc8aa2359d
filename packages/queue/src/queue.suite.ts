import { setImmediate, setTimeout as delay } from 'node:timers/promises'

import type { ControlMessage, OrderHandler, WorkerId } from '@sleepless/domain'
import { waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import type { ConnectableQueue } from './connectable-queue.ts'
import { QueueUnavailableError } from './errors.ts'
import { newCancel, newOrder, newWorkerId } from './fixtures/orders.ts'
import { recordedHandler } from './fixtures/recorded-handler.ts'

/** What every queue does; `open` gives an empty one. */
export function describeQueue(name: string, open: () => Promise<ConnectableQueue>): void {
  describe(`${name} as a queue`, () => {
    describe('delivers', () => {
      test('an order as it was published', async () => {
        await using queue = await open()
        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        const order = newOrder()

        await queue.publish([order])

        await handler.count(1)
        expect(handler.received).toEqual([order])
      })

      test('orders that came before there was a consumer, oldest first', async () => {
        await using queue = await open()
        const orders = [newOrder(), newOrder(), newOrder()]
        await queue.publish(orders)

        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })

        await handler.count(3)
        expect(handler.received).toEqual(orders)
      })

      test('an order once that was published twice while it waited', async () => {
        await using queue = await open()
        const [twice, last] = [newOrder(), newOrder()]
        await queue.publish([twice])
        await queue.publish([twice, last])

        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })

        await handler.count(2)
        expect(handler.received).toEqual([twice, last])
      })

      test('an order once that was published again while it ran', async () => {
        await using queue = await open()
        const handler = recordedHandler({ held: true })
        await queue.consume(handler.handle, { concurrency: 2, pool: '' })
        const [running, last] = [newOrder(), newOrder()]
        await queue.publish([running])
        await handler.count(1)

        await queue.publish([running])
        await queue.publish([last])

        await handler.count(2)
        handler.release()
        expect(handler.received).toEqual([running, last])
      })

      test('an order again that was published again after it ended', async () => {
        await using queue = await open()
        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        const order = newOrder()
        await queue.publish([order])
        await handler.count(1)

        // The handler has ended a moment before the queue knows.
        const again = async (): Promise<boolean> => {
          await queue.publish([order])
          return handler.received.length > 1
        }
        await waitFor(again, { description: 'the second delivery' })
        expect(handler.received[1]).toEqual(order)
      })

      test('the next order after a handler has thrown', async () => {
        await using queue = await open()
        const handler = recordedHandler()
        const failing: OrderHandler = async (order) => {
          await handler.handle(order)
          throw new Error('this attempt goes wrong')
        }
        await queue.consume(failing, { concurrency: 1, pool: '' })

        const orders = [newOrder(), newOrder()]
        await queue.publish(orders)

        await handler.count(2)
        expect(handler.received).toEqual(orders)
      })
    })

    describe('gives consumers', () => {
      test('no more orders at once than their concurrency', async () => {
        await using queue = await open()
        let running = 0
        let most = 0
        let ended = 0
        const handler: OrderHandler = async () => {
          running += 1
          most = Math.max(most, running)
          await setImmediate()
          running -= 1
          ended += 1
        }
        for (let count = 0; count < 12; count += 1) await queue.publish([newOrder()])

        await queue.consume(handler, { concurrency: 3, pool: '' })

        await waitFor(() => ended === 12, { description: 'all orders to end' })
        expect(most).toBe(3)
      })

      test('one order each when there are two consumers with one slot', async () => {
        await using queue = await open()
        const handlers = [recordedHandler({ held: true }), recordedHandler({ held: true })]
        for (const { handle } of handlers) await queue.consume(handle, { concurrency: 1, pool: '' })

        await queue.publish([newOrder()])
        await queue.publish([newOrder()])

        await Promise.all(handlers.map((handler) => handler.count(1)))
        expect(handlers.map(({ received }) => received.length)).toEqual([1, 1])
        for (const handler of handlers) handler.release()
      })

      test('nothing more once they are paused', async () => {
        await using queue = await open()
        const [paused, other] = [recordedHandler(), recordedHandler()]
        const consumer = await queue.consume(paused.handle, { concurrency: 1, pool: '' })

        await consumer.pause()
        await queue.publish([newOrder()])
        await queue.consume(other.handle, { concurrency: 1, pool: '' })

        await other.count(1)
        expect(paused.received).toEqual([])
      })

      test('orders again through another consumer, also those that came meanwhile', async () => {
        await using queue = await open()
        const handler = recordedHandler()
        const orders = [newOrder(), newOrder(), newOrder()]
        for (const order of orders) {
          const consumer = await queue.consume(handler.handle, { concurrency: 1, pool: '' })
          await handler.count(orders.indexOf(order))
          await consumer.pause()
          await consumer[Symbol.asyncDispose]()
          await queue.publish([order])
        }
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        await handler.count(orders.length)
        expect(handler.received).toEqual(orders)
      })

      test('time to end what runs when they are paused', async () => {
        await using queue = await open()
        const [paused, other] = [recordedHandler({ held: true }), recordedHandler()]
        const consumer = await queue.consume(paused.handle, { concurrency: 2, pool: '' })
        await queue.publish([newOrder()])
        await paused.count(1)

        await consumer.pause()
        await queue.publish([newOrder()])
        await queue.consume(other.handle, { concurrency: 1, pool: '' })

        await other.count(1)
        expect(paused.received).toHaveLength(1)
        paused.release()
      })

      test('nothing more once they are disposed', async () => {
        await using queue = await open()
        const [gone, other] = [recordedHandler(), recordedHandler()]
        const consumer = await queue.consume(gone.handle, { concurrency: 1, pool: '' })

        await consumer[Symbol.asyncDispose]()
        await queue.publish([newOrder()])
        await queue.consume(other.handle, { concurrency: 1, pool: '' })

        await other.count(1)
        expect(gone.received).toEqual([])
      })
    })

    describe('withdraws', () => {
      test('orders that wait', async () => {
        await using queue = await open()
        const [first, second, third] = [newOrder(), newOrder(), newOrder()]
        for (const order of [first, second, third]) await queue.publish([order])

        await queue.withdraw([first, second])

        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        await handler.count(1)
        expect(handler.received).toEqual([third])
      })

      test('an order so that it can be published anew', async () => {
        await using queue = await open()
        const [order, last] = [newOrder(), newOrder()]
        await queue.publish([order])

        await queue.withdraw([order])
        await queue.publish([order])
        await queue.publish([last])

        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        await handler.count(2)
        expect(handler.received).toEqual([order, last])
      })

      test('nothing that runs, and minds none that is unknown', async () => {
        await using queue = await open()
        const handler = recordedHandler({ held: true })
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        const running = newOrder()
        await queue.publish([running])
        await handler.count(1)

        const unknown = newOrder()
        await expect(queue.withdraw([running, unknown])).resolves.toBeUndefined()

        handler.release()
      })
    })

    describe('keeps pools apart:', () => {
      test('an order goes to consumers of its pool alone', async () => {
        await using queue = await open()
        const [plain, gpu] = [recordedHandler(), recordedHandler()]
        await queue.consume(plain.handle, { concurrency: 1, pool: '' })
        await queue.consume(gpu.handle, { concurrency: 1, pool: 'gpu:a100, linux' })
        const [forPlain, forGpu] = [newOrder(), newOrder('gpu:a100, linux')]

        await queue.publish([forGpu, forPlain])

        await Promise.all([plain.count(1), gpu.count(1)])
        expect([plain.received, gpu.received]).toEqual([[forPlain], [forGpu]])
      })

      test('an order for a pool without consumers waits for one', async () => {
        await using queue = await open()
        const [plain, gpu] = [recordedHandler(), recordedHandler()]
        await queue.consume(plain.handle, { concurrency: 2, pool: '' })
        const [waiting, next] = [newOrder('gpu'), newOrder()]
        await queue.publish([waiting, next])
        await plain.count(1)

        await queue.consume(gpu.handle, { concurrency: 1, pool: 'gpu' })

        await gpu.count(1)
        expect([plain.received, gpu.received]).toEqual([[next], [waiting]])
      })

      test('orders of several are withdrawn in one call', async () => {
        await using queue = await open()
        const orders = [newOrder(), newOrder('gpu'), newOrder('arm')]
        await queue.publish(orders)
        const last = ['', 'gpu', 'arm'].map((pool) => newOrder(pool))

        await queue.withdraw(orders)
        await queue.publish(last)

        const handler = recordedHandler()
        for (const { pool } of last) await queue.consume(handler.handle, { concurrency: 1, pool })
        await handler.count(3)
        expect(new Set(handler.received)).toEqual(new Set(last))
      })

      test('what is withdrawn from a pool that nobody knows changes nothing', async () => {
        await using queue = await open()
        await expect(queue.withdraw([newOrder('unheard of')])).resolves.toBeUndefined()
      })
    })

    describe('restores', () => {
      test('nothing that waits or runs', async () => {
        await using queue = await open()
        const handler = recordedHandler({ held: true })
        const [running, waiting, last] = [newOrder(), newOrder(), newOrder()]
        await queue.publish([running, waiting])
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        await handler.count(1)

        await queue.restore([running, waiting])
        await queue.publish([last])

        handler.release()
        await handler.count(3)
        expect(handler.received).toEqual([running, waiting, last])
      })

      test('an order that it does not have', async () => {
        await using queue = await open()
        const handler = recordedHandler()
        await queue.consume(handler.handle, { concurrency: 1, pool: '' })
        const order = newOrder()

        await queue.restore([order])

        await handler.count(1)
        expect(handler.received).toEqual([order])
      })
    })

    test('abandons nothing that somebody holds', async () => {
      await using queue = await open()
      const handler = recordedHandler({ held: true })
      await queue.consume(handler.handle, { concurrency: 1, pool: '' })
      await queue.publish([newOrder(), newOrder()])
      await handler.count(1)

      expect(await queue.abandoned(10)).toEqual([])

      handler.release()
    })

    describe('sends control messages', () => {
      test('to the named worker alone', async () => {
        await using queue = await open()
        const [named, other] = [newWorkerId(), newWorkerId()]
        const heard: { worker: WorkerId; message: ControlMessage }[] = []
        for (const worker of [named, other]) {
          await queue.listen(worker, (message) => void heard.push({ worker, message }))
        }
        const [first, last] = [newCancel(), newCancel()]

        await queue.send(named, first)
        await queue.send(other, last)

        await waitFor(() => heard.length >= 2, { description: 'both messages' })
        expect(heard).toEqual([
          { worker: named, message: first },
          { worker: other, message: last },
        ])
      })

      test('of every kind as they are', async () => {
        await using queue = await open()
        const worker = newWorkerId()
        const heard: ControlMessage[] = []
        await queue.listen(worker, (message) => void heard.push(message))
        const { attemptId } = newOrder()
        const messages: ControlMessage[] = [
          { type: 'cancel', attemptId },
          { type: 'stop', attemptId },
          { type: 'message', attemptId },
          { type: 'heed' },
        ]
        for (const message of messages) await queue.send(worker, message)
        await waitFor(() => heard.length >= messages.length, { description: 'all messages' })
        expect(heard).toEqual(messages)
      })

      test('to the other listeners of a worker when one throws', async () => {
        await using queue = await open()
        const worker = newWorkerId()
        const heard: ControlMessage[] = []
        await queue.listen(worker, () => {
          throw new Error('this listener goes wrong')
        })
        await queue.listen(worker, (message) => void heard.push(message))
        const message = newCancel()

        await queue.send(worker, message)

        await waitFor(() => heard.length > 0, { description: 'the message' })
        expect(heard).toEqual([message])
      })

      test('no more to a listener that is disposed', async () => {
        await using queue = await open()
        const worker = newWorkerId()
        const heard: string[] = []
        const listening = await queue.listen(worker, () => void heard.push('disposed'))
        await queue.listen(worker, () => void heard.push('listening'))

        await listening[Symbol.asyncDispose]()
        await queue.send(worker, newCancel())

        await waitFor(() => heard.length > 0, { description: 'the message' })
        expect(heard).toEqual(['listening'])
      })

      test('to nobody without complaint', async () => {
        await using queue = await open()
        await expect(queue.send(newWorkerId(), newCancel())).resolves.toBeUndefined()
      })
    })

    test('is reachable from when it is ready until it is disposed', async () => {
      const queue = await open()
      await queue.waitUntilReady({ timeoutMs: 10_000 })
      expect(queue.isReachable()).toBe(true)
      await queue[Symbol.asyncDispose]()
      expect(queue.isReachable()).toBe(false)
    })

    describe('when disposed', () => {
      test('does not wait for handlers that never end, nor longer than a second', async () => {
        const queue = await open()
        const handler = recordedHandler({ held: true })
        for (const pool of ['', 'gpu']) {
          await queue.consume(handler.handle, { concurrency: 1, pool })
          await queue.publish([newOrder(pool)])
        }
        await handler.count(2)

        const closed = queue[Symbol.asyncDispose]().then(() => 'closed')
        expect(await Promise.race([closed, delay(1000, 'late')])).toBe('closed')

        handler.release()
      })

      test('refuses what comes later', async () => {
        const queue = await open()
        await queue[Symbol.asyncDispose]()

        const handler = recordedHandler()
        const calls: (() => Promise<unknown>)[] = [
          () => queue.publish([newOrder()]),
          () => queue.consume(handler.handle, { concurrency: 1, pool: '' }),
          () => queue.send(newWorkerId(), newCancel()),
          () => queue.listen(newWorkerId(), () => undefined),
          () => queue.withdraw([newOrder()]),
          () => queue.restore([newOrder()]),
          () => queue.waitUntilReady({ timeoutMs: 1_000 }),
        ]
        for (const call of calls) {
          await expect(call()).rejects.toBeInstanceOf(QueueUnavailableError)
        }
      })

      test('may be disposed again', async () => {
        const queue = await open()
        await queue[Symbol.asyncDispose]()
        await expect(queue[Symbol.asyncDispose]()).resolves.toBeUndefined()
      })
    })
  })
}
