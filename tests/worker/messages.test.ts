import { ApiUnreachableError, type ApiClient, type WorkerClient } from '@sleepless/contracts'
import { createScriptedModel, holdUntil, textTurn, waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import type { AgentEvent, AgentMessage, Executor } from '../../packages/domain/src/index.ts'
import { createClaudeExecutor } from '../../packages/executor/src/index.ts'
import { createModelGateway } from '../../packages/gateway/src/index.ts'
import { startPlant, type Plant } from './plant.ts'
import { printed, scriptedExecutor, success, type AgentScript } from './scripted-executor.ts'

/** Says what it is told, until it is told to end, and then what it was told. */
const listener: AgentScript = async function* ({ messages: first }, { messages: later, signal }) {
  const heard: string[] = []
  function* hear({ number, text }: AgentMessage): Generator<AgentEvent> {
    heard.push(text)
    yield { type: 'heard', number }
    yield printed(`heard ${text}\n`)
  }
  yield printed('listening\n')
  for (const message of first) yield* hear(message)
  if (!heard.includes('end')) {
    for await (const message of later) {
      yield* hear(message)
      if (message.text === 'end' || signal.aborted) break
    }
  }
  return success(heard.join(', '))
}

const steered = scriptedExecutor(listener)

async function untilOutput(plant: Plant, id: string, text: string): Promise<void> {
  await waitFor(async () => (await plant.output(id)).includes(text), {
    description: `output ${text}`,
    timeoutMs: 60_000,
  })
}

async function deliveries({ client }: Plant, id: string): Promise<readonly unknown[]> {
  const { items } = await client.taskEvents(id, { limit: 200 })
  return items.filter(({ type }) => type === 'message.delivered').map(({ data }) => data['number'])
}

const say = async (client: ApiClient, id: string, ...texts: readonly string[]): Promise<void> => {
  for (const text of texts) await client.sendMessage(id, text)
}

describe('messages', () => {
  test('reach the running agent in their order, and each is delivered once', async () => {
    // No heartbeat is due within the test: it is the control channel that brings them.
    const plant = await startPlant({ leaseMs: 600_000 })
    await plant.hire({ executor: steered })
    const { id } = await plant.client.submitTask({ prompt: 'Listen.' })
    await untilOutput(plant, id, 'listening')
    await say(plant.client, id, 'a', 'b', 'c', 'end')
    const task = await plant.untilEnded(id)
    expect(task).toMatchObject({
      status: 'succeeded',
      result: { summary: 'a, b, c, end' },
      messages: { received: 4, undelivered: 0 },
    })
    expect(await deliveries(plant, id)).toEqual([1, 2, 3, 4])
  })

  test('come without the control channel too', async () => {
    const plant = await startPlant()
    const deaf = {
      ...plant.plane.queue,
      listen: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    }
    await plant.hire({ executor: steered, queue: deaf })
    const { id } = await plant.client.submitTask({ prompt: 'Listen.' })
    await untilOutput(plant, id, 'listening')
    await say(plant.client, id, 'a', 'end')
    expect((await plant.untilEnded(id)).result?.summary).toBe('a, end')
  })

  test('to a queued task are told to its first attempt', async () => {
    const plant = await startPlant()
    const { id } = await plant.client.submitTask({ prompt: 'Listen.' })
    await say(plant.client, id, 'a', 'end')
    await plant.hire({ executor: steered })
    const { result, messages } = await plant.untilEnded(id)
    expect(result?.summary).toBe('a, end')
    expect(messages).toEqual({ received: 2, undelivered: 0 })
  })

  test('are delivered once also when the answers to reports are lost', async () => {
    const plant = await startPlant()
    let lost = 0
    const between = (api: WorkerClient): WorkerClient => ({
      ...api,
      async report(held, batch) {
        const taken = await api.report(held, batch)
        const isHeard = batch.reports.some(({ type }) => type === 'heard')
        if (isHeard && lost++ < 2) throw new ApiUnreachableError('the answer was lost')
        return taken
      },
    })
    await plant.hire({ executor: steered, between })
    const { id } = await plant.client.submitTask({ prompt: 'Listen.' })
    await untilOutput(plant, id, 'listening')
    await say(plant.client, id, 'a', 'end')
    await plant.untilEnded(id)
    expect(await deliveries(plant, id)).toEqual([1, 2])
  })

  test('that no agent was given go to the next attempt, with those before', async () => {
    const plant = await startPlant()
    let runs = 0
    const forgetful: AgentScript = async function* (order, context) {
      runs += 1
      if (runs > 1) return yield* listener(order, context)
      yield printed('listening\n')
      for await (const { number } of context.messages) {
        yield { type: 'heard', number }
        if (number === 1) break
      }
      const usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }
      return { kind: 'failed', failure: { code: 'AGENT_CRASHED', message: 'Oops.' }, usage }
    }
    await plant.hire({ executor: scriptedExecutor(forgetful) })
    const { id } = await plant.client.submitTask({ prompt: 'Listen.' })
    await untilOutput(plant, id, 'listening')
    await say(plant.client, id, 'a')
    await plant.until(id, ({ attempts }) => attempts === 2)
    await say(plant.client, id, 'end')
    expect((await plant.untilEnded(id)).result?.summary).toBe('a, end')
    expect(await deliveries(plant, id)).toEqual([1, 2])
  })

  test('stay undelivered, and the task says so, when its executor cannot be steered', async () => {
    const plant = await startPlant()
    const gate = Promise.withResolvers<void>()
    const told = Promise.withResolvers<boolean>()
    const deaf: Executor = {
      ...scriptedExecutor(async function* (_order, { messages }) {
        yield printed('listening\n')
        const next = await messages[Symbol.asyncIterator]().next()
        told.resolve(next.done !== true)
        await gate.promise
        return success()
      }),
      capabilities: { resume: false, steer: false, usage: false, jsonSchema: false },
    }
    await plant.hire({ executor: deaf })
    const { id } = await plant.client.submitTask({ prompt: 'Do not listen.' })
    await untilOutput(plant, id, 'listening')
    await say(plant.client, id, 'a')
    expect(await told.promise).toBe(false)
    gate.resolve()
    const task = await plant.untilEnded(id)
    expect(task).toMatchObject({ status: 'succeeded', messages: { received: 1, undelivered: 1 } })
    expect(await deliveries(plant, id)).toEqual([])
  })

  test('are delivered once when the api goes away in between', async () => {
    const plant = await startPlant({ leaseMs: 60_000 })
    await plant.hire({ executor: steered })
    const { id } = await plant.client.submitTask({ prompt: 'Listen.' })
    await untilOutput(plant, id, 'listening')
    await say(plant.client, id, 'a', 'b', 'end')
    await plant.closeApi()
    await plant.reopenApi()
    const { result } = await plant.untilEnded(id)
    expect(result?.summary).toBe('a, b, end')
    expect(await deliveries(plant, id)).toEqual([1, 2, 3])
  })

  test('reach the real Claude Code while its model thinks, and are a part of what it is asked next', async () => {
    const plant = await startPlant()
    const taken = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    await using model = await createScriptedModel({
      script: ({ turn }) => {
        reached.resolve()
        return turn === 0 ? holdUntil(taken.promise, textTurn('Ready.')) : textTurn('In verse.')
      },
    })
    await using gateway = createModelGateway({
      credential: () => ({ kind: 'api-key', value: 'sk-ant-api03-made-up' }),
      baseUrl: model.url,
    })
    const executor = createClaudeExecutor({
      gateway,
      toolAccess: 'edits-only',
      killGraceMs: 2000,
    })
    const between = (api: WorkerClient): WorkerClient => ({
      ...api,
      heartbeat(body, timeoutMs) {
        // It says so only once the message was handed to the agent.
        if (body.taken !== undefined) taken.resolve()
        return api.heartbeat(body, timeoutMs)
      },
    })
    await plant.hire({ executor, between })
    const { id } = await plant.client.submitTask({ prompt: 'Write a riddle.' })
    await reached.promise
    await say(plant.client, id, 'In verse, please.')
    const task = await plant.untilEnded(id)
    expect(task).toMatchObject({
      status: 'succeeded',
      result: { summary: 'In verse.' },
      messages: { received: 1, undelivered: 0 },
    })
    expect(await deliveries(plant, id)).toEqual([1])
    expect(JSON.stringify(model.requests.at(-1)?.body.messages)).toContain('In verse, please.')
  })
})
