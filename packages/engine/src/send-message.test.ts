import {
  LeaseLostError,
  MAX_TASK_MESSAGE_CHARACTERS,
  MAX_TASK_MESSAGES,
  MessageNotFoundError,
  MessageTooLateError,
  TaskNotFoundError,
  TooManyMessagesError,
  type LoggedEvent,
} from '@sleepless/domain'
import { describe, expect, test, vi } from 'vitest'

import { cancel } from './cancel.ts'
import { recordCheckpoint } from './checkpoint.ts'
import { claim } from './claim.ts'
import {
  engineFixture,
  FREE,
  START,
  WORKER,
  workerOf,
  type EngineFixture,
} from './fixtures/engine-fixture.ts'
import { heartbeat } from './heartbeat.ts'
import type { Holder } from './held-attempt.ts'
import { report } from './report.ts'

async function messageEvents(engine: EngineFixture): Promise<readonly LoggedEvent[]> {
  const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 10_000 }))
  return events.filter(({ type }) => type.startsWith('message.'))
}

const hear = (
  engine: EngineFixture,
  holder: Holder,
  ...numbers: readonly number[]
): Promise<number> =>
  engine.write((tx, deps) => {
    const { clock } = deps
    const firstSeq = (tx.attempts.find(holder.attemptId)?.reportSeq ?? 0) + 1
    const reports = numbers.map((number) => ({ type: 'heard', at: clock.now(), number }) as const)
    return report(tx, deps, holder, { firstSeq, reports })
  })

describe('a message', () => {
  test('is kept with its event, and counted', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    engine.passMs(5)
    const { message, tell } = await engine.send(id, 'Use tabs.')
    expect(message).toEqual({
      taskId: id,
      number: 1,
      text: 'Use tabs.',
      receivedAt: new Date(START.getTime() + 5),
      attemptId: undefined,
      deliveredAt: undefined,
    })
    expect(tell).toBeUndefined()
    expect(await engine.read((tx) => tx.messages.ofTask(id))).toEqual([message])
    expect(await engine.task(id)).toMatchObject({ messages: 1, undeliveredMessages: 1 })
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(await messageEvents(engine)).toMatchObject([
      { type: 'message.received', taskId: id, data: { number: 1, sha256 } },
    ])
  })

  test('is in no event with its text', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.send(id, 'the-planted-text')
    await hear(engine, holder, 1)
    const events = await engine.read((tx) => tx.events.list({}, { after: 0, limit: 99 }))
    expect(JSON.stringify(events)).not.toContain('the-planted-text')
  })

  test('of a running task names the worker that should be told', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const { tell } = await engine.send(id, 'x')
    expect(tell).toEqual({ workerId: WORKER, attemptId: holder.attemptId })
  })

  test('of an order that nobody has claimed waits for the claim', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await engine.beat()
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('not dispatched')
    expect((await engine.send(id, 'x')).tell).toBeUndefined()
    const holder = { ...order, workerId: WORKER }
    const claimed = await engine.write((tx, deps) => claim(tx, deps, holder))
    expect(claimed.messages.map(({ text }) => text)).toEqual(['x'])
  })

  test('sent again with the same key is the same message, also after the end', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const idempotency = { key: 'k', bodySha256: 'b' }
    const first = await engine.send(id, 'x', idempotency)
    await engine.finish(holder)
    const again = await engine.send(id, 'x', idempotency)
    expect(again).toEqual({ message: first.message })
    expect(await messageEvents(engine)).toHaveLength(1)
  })

  test('of a task that there is not is refused', async () => {
    await using engine = await engineFixture()
    await expect(engine.send(engine.deps.ids.taskId(), 'x')).rejects.toThrow(TaskNotFoundError)
  })
})

describe('a message that comes too late is refused, with what to do instead:', () => {
  test('the task has ended', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.finish(holder)
    const sent = engine.send(id, 'x')
    await expect(sent).rejects.toThrow(MessageTooLateError)
    await expect(sent).rejects.toThrow(/is succeeded.*follow-up.*retry/)
    expect(await engine.read((tx) => tx.messages.ofTask(id))).toEqual([])
  })

  test('the task is being canceled', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.start()
    await engine.write((tx, deps) => cancel(tx, deps, id))
    await expect(engine.send(id, 'x')).rejects.toThrow(/is being canceled/)
  })

  test('its agent has succeeded, and only the rest is done', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const checkpoint = {
      stage: 'committed',
      commit: 'a'.repeat(40),
      branch: 'b',
      base: undefined,
      summary: '',
      warnings: [],
      usage: FREE,
    } as const
    await engine.write((tx, deps) => recordCheckpoint(tx, deps, holder, checkpoint))
    await expect(engine.send(id, 'x')).rejects.toThrow(/only its commit left/)
  })
})

describe('a task takes', () => {
  test('so many messages', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    for (let n = 0; n < MAX_TASK_MESSAGES; n++) await engine.send(id, 'x')
    await expect(engine.send(id, 'x')).rejects.toThrow(TooManyMessagesError)
  })

  test('so much text', async () => {
    await using engine = await engineFixture()
    const { id } = await engine.submit()
    await engine.send(id, 'x'.repeat(MAX_TASK_MESSAGE_CHARACTERS - 1))
    await engine.send(id, 'x')
    await expect(engine.send(id, 'x')).rejects.toThrow(TooManyMessagesError)
  })
})

describe('an agent that was given a message', () => {
  test('is noted once, however often it is said', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.send(id, 'x')
    await engine.send(id, 'y')
    engine.passMs(7)
    await hear(engine, holder, 1, 1)
    await hear(engine, holder, 1)
    expect(await engine.task(id)).toMatchObject({ messages: 2, undeliveredMessages: 1 })
    const at = new Date(START.getTime() + 7)
    const { attemptId } = holder
    expect(await engine.read((tx) => tx.messages.find(id, 1))).toMatchObject({
      attemptId,
      deliveredAt: at,
    })
    const delivered = (await messageEvents(engine)).filter(({ data }) => !('sha256' in data))
    expect(delivered).toEqual([
      expect.objectContaining({
        type: 'message.delivered',
        at,
        taskId: id,
        attemptId,
        data: { number: 1 },
      }),
    ])
  })

  test.each([
    ['another worker', { workerId: workerOf(2) }],
    ['another fence', { fence: 2 }],
  ])('is not believed of %s', async (_name, wrong) => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.send(id, 'x')
    await expect(hear(engine, { ...holder, ...wrong }, 1)).rejects.toThrow(LeaseLostError)
    expect(await engine.task(id)).toMatchObject({ undeliveredMessages: 1 })
  })

  test('cannot have been given one that its task was never sent', async () => {
    await using engine = await engineFixture()
    const { holder } = await engine.start()
    const other = await engine.submit()
    await engine.send(other.id, 'x')
    await expect(hear(engine, holder, 1)).rejects.toThrow(MessageNotFoundError)
    expect(await engine.task(other.id)).toMatchObject({ undeliveredMessages: 1 })
  })
})

describe('the next attempt', () => {
  test('is claimed with all messages: its session knows of none', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.send(id, 'heard')
    await hear(engine, holder, 1)
    await engine.send(id, 'unheard')
    await engine.finish(holder, { kind: 'interrupted' })
    expect(await engine.task(id)).toMatchObject({ status: 'queued', undeliveredMessages: 1 })
    const [order] = await engine.dispatch()
    if (order === undefined) throw new Error('not dispatched')
    const next = { ...order, workerId: WORKER }
    const { messages } = await engine.write((tx, deps) => claim(tx, deps, next))
    expect(messages.map(({ text }) => text)).toEqual(['heard', 'unheard'])
    await hear(engine, next, 1, 2)
    expect(await engine.read((tx) => tx.messages.ofTask(id))).toMatchObject([
      { attemptId: holder.attemptId },
      { attemptId: next.attemptId },
    ])
  })
})

describe('a heartbeat brings', () => {
  const brought = async (
    engine: EngineFixture,
    holders: readonly Holder[],
    taken?: Readonly<Record<string, number>>,
  ): Promise<readonly (readonly [string, number])[]> => {
    const attempts = holders.map(({ attemptId }) => attemptId)
    const { messages } = await engine.beat({ attempts, taken })
    return messages.map(({ attemptId, message }) => [attemptId, message.number])
  }

  test('what no agent was given, for each of the attempts that it names', async () => {
    await using engine = await engineFixture()
    const [first, second] = [await engine.start(), await engine.start()]
    await engine.send(first.id, 'a')
    await engine.send(second.id, 'b')
    await engine.send(first.id, 'c')
    await hear(engine, first.holder, 1)
    expect(await brought(engine, [first.holder, second.holder])).toEqual([
      [first.holder.attemptId, 2],
      [second.holder.attemptId, 1],
    ])
    expect(await brought(engine, [second.holder])).toEqual([[second.holder.attemptId, 1]])
  })

  test('nothing that the worker has taken already', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.send(id, 'a')
    await engine.send(id, 'b')
    const { attemptId } = holder
    expect(await brought(engine, [holder], { [attemptId]: 1 })).toEqual([[attemptId, 2]])
    expect(await brought(engine, [holder], { [attemptId]: 2 })).toEqual([])
  })

  test('as much as fits, and the rest the next time', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    const { attemptId } = holder
    for (const size of [150_000, 80_000, 20_000]) await engine.send(id, 'x'.repeat(size))
    expect(await brought(engine, [holder])).toEqual([[attemptId, 1]])
    const rest = await brought(engine, [holder], { [attemptId]: 1 })
    expect(rest).toEqual([
      [attemptId, 2],
      [attemptId, 3],
    ])
  })

  test('nothing to a worker that does not hold the attempt', async () => {
    await using engine = await engineFixture()
    const { id, holder } = await engine.start()
    await engine.send(id, 'a')
    const beat = { workerId: workerOf(2), attempts: [holder.attemptId] }
    expect((await engine.beat(beat)).messages).toEqual([])
  })
})

test('a task without messages is asked for none by claims and heartbeats', async () => {
  await using engine = await engineFixture()
  const { holder } = await engine.start()
  await engine.write((tx, deps) => {
    const looks = [vi.spyOn(tx.messages, 'ofTask'), vi.spyOn(tx.messages, 'undelivered')]
    claim(tx, deps, holder)
    const traits = { name: 'x', concurrency: 1, labels: [], executors: {}, shortage: undefined }
    heartbeat(tx, deps, {
      ...traits,
      workerId: WORKER,
      draining: false,
      attempts: [holder.attemptId],
    })
    for (const look of looks) {
      expect(look).not.toHaveBeenCalled()
      look.mockRestore()
    }
  })
})
