import { createLogger } from '@sleepless/runtime'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeApi } from '../test-kit/fake-api.ts'
import { problem, success } from '../test-kit/fake-task.ts'
import { cancel, CANCEL_USAGE } from './cancel.ts'
import { check } from './check.ts'
import type { Command, CommandDeps } from './command.ts'
import { think, THINK_USAGE } from './think.ts'

const unknownId = 'tsk_00000000-0000-7000-8000-000000000000'

const nothing = (): undefined => undefined

function depsOf({ client }: FakeApi): CommandDeps {
  return {
    api: client,
    board: { track: () => true, taskOf: nothing, withdraw: nothing, readmit: nothing },
    logger: createLogger({ service: 'test', level: 'silent' }),
    ackMs: 100,
  }
}

function command(text: string): Command {
  return { text, channel: 'C1', user: 'U1', team: 'T1', envelope: 'e1' }
}

describe('/think', () => {
  test('without a text, says how to use it', async () => {
    expect(await think(depsOf(createFakeApi()), command('  '))).toBe(THINK_USAGE)
  })

  test('names the field and the problem of what the api refuses', async () => {
    const text = await think(depsOf(createFakeApi()), command('-p nowhere <x>'))
    expect(text).toBe(':warning: `project`: there is no project named "nowhere"')
  })

  test('takes an internal error of the api for no answer', async () => {
    const api = createFakeApi()
    api.failNext('submitTask', problem(500, 'INTERNAL', 'oops'))
    expect(await think(depsOf(api), command('x'))).toContain('Nothing was accepted')
  })
})

describe('/check', () => {
  test('says so when there are no tasks', async () => {
    expect(await check(depsOf(createFakeApi()), command(''))).toContain('no tasks yet')
  })

  test('counts the open tasks and lists the newest ten, with what they wait for', async () => {
    const api = createFakeApi()
    for (let task = 1; task <= 12; task += 1) api.submit({ prompt: `task ${task} <x>` })
    const newest = api.tasks.at(-1)?.id ?? ''
    const waitingFor = { reason: 'paused', until: null, detail: '' } as const
    api.change(newest, { waitingFor }, 'task.requeued')
    const [counts, first, ...others] = (await check(depsOf(api), command(''))).split('\n')
    expect(counts).toBe('*0 running · 12 queued · 0 waiting*')
    expect(first).toContain(`\`${newest}\` Queued (paused): task 12 &lt;x&gt;`)
    expect(others).toHaveLength(9)
  })

  test('shows one task', async () => {
    const api = createFakeApi()
    const { id } = api.submit({ prompt: 'x' })
    api.change(id, success, 'task.succeeded')
    expect(await check(depsOf(api), command(id))).toContain('`commit 0123456789`')
  })

  test('says that there is no such task', async () => {
    expect(await check(depsOf(createFakeApi()), command(unknownId))).toContain('there is no task')
  })

  test('says that the service does not answer', async () => {
    const api = createFakeApi()
    api.setDown(true)
    expect(await check(depsOf(api), command(''))).toContain('did not answer')
  })
})

describe('/cancel', () => {
  test('without an id, says how to use it', async () => {
    expect(await cancel(depsOf(createFakeApi()), command(''))).toBe(CANCEL_USAGE)
  })

  test('cancels a queued task', async () => {
    const api = createFakeApi()
    const { id } = api.submit({ prompt: 'x' })
    expect(await cancel(depsOf(api), command(id))).toBe(`\`${id}\` is canceled.`)
    expect(api.tasks).toMatchObject([{ status: 'canceled' }])
  })

  test('says that a running task takes a moment', async () => {
    const api = createFakeApi()
    const { id } = api.submit({ prompt: 'x' })
    api.change(id, { status: 'running' }, 'attempt.claimed')
    expect(await cancel(depsOf(api), command(id))).toContain('is being canceled')
  })

  test('says that a task has ended already', async () => {
    const api = createFakeApi()
    const { id } = api.submit({ prompt: 'x' })
    api.change(id, success, 'task.succeeded')
    expect(await cancel(depsOf(api), command(id))).toBe(
      `Nothing to cancel: \`${id}\` has ended already (succeeded).`,
    )
  })

  test('does not know what became of a cancellation without an answer', async () => {
    const api = createFakeApi()
    api.setDown(true)
    expect(await cancel(depsOf(api), command(unknownId))).toContain('may or may not be canceled')
  })
})
