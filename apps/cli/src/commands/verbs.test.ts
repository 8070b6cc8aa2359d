import { messageView, pauseView, taskView, whyView } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { failed, makeMessage, makeTask, succeeded } from '../testing/fixtures.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

function run(api: FakeApi, ...argv: readonly string[]): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN, NO_COLOR: '1' }
  return runCaptured(argv, { env })
}

const busy = { reason: 'capacity', until: null, detail: 'All workers are busy.' } as const

describe('why', () => {
  test('tells what a task waits for, in the words of the service', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask({ waitingFor: busy }))
    api.state.whys.set(id, { explanation: 'All workers are busy. 2 tasks go first.' })
    expect(await run(api, 'why', id)).toMatchObject({
      exitCode: 0,
      stdout: 'queued: All workers are busy. 2 tasks go first.\n',
    })
  })

  test('tells until when, where that is known', async () => {
    await using api = await startFakeApi()
    const until = '2026-01-31T10:00:00.000Z'
    const waitingFor = { reason: 'not-before', until, detail: 'It was asked for.' } as const
    const { id } = api.state.put(makeTask({ waitingFor }))
    const { stdout } = await run(api, 'why', id)
    expect(stdout).toMatch(/^queued: It was asked for\.\nuntil 2026-01-3\d \d\d:00:00\n$/)
  })

  test('names the tasks that hold it up first, and show does too', async () => {
    await using api = await startFakeApi()
    const [done, open] = [api.state.put(makeTask(succeeded)), api.state.put(makeTask())]
    const { id } = api.state.put(makeTask())
    const dependsOn = [
      { id: done.id, status: 'succeeded', isBlocking: false },
      { id: open.id, status: 'queued', isBlocking: true },
    ] as const
    api.state.whys.set(id, { dependsOn: [...dependsOn] })
    const table = `waits for\t${open.id}\tqueued\nafter\t${done.id}\tsucceeded\n`
    expect((await run(api, 'why', id)).stdout).toContain(table)
    expect((await run(api, 'show', id)).stdout).toContain(table)
  })

  test('prints the answer as the API gives it with --json', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask({ waitingFor: busy }))
    const answer = whyView.parse(JSON.parse((await run(api, 'why', id, '--json')).stdout))
    expect(answer.waitingFor).toEqual(busy)
  })

  test('exits with 3 for a task that is not there', async () => {
    await using api = await startFakeApi()
    expect((await run(api, 'why', 'tsk_0')).exitCode).toBe(3)
  })
})

describe('retry', () => {
  test('prints the id of the new task alone on standard output', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask(failed))
    const { stdout, stderr, exitCode } = await run(api, 'retry', id)
    const [, again] = [...api.state.tasks.values()]
    expect({ exitCode, stdout, followUpOf: again?.followUpOf }).toEqual({
      exitCode: 0,
      stdout: `${again?.id}\n`,
      followUpOf: id,
    })
    expect(stderr).toContain(`sleepless logs ${again?.id} -f`)
  })

  test('prints the new task as the API gives it with --json', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask(failed))
    const { stdout } = await run(api, 'retry', id, '--json')
    expect(taskView.parse(JSON.parse(stdout)).followUpOf).toBe(id)
  })

  test('exits with 4 for a task that has not ended', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask())
    expect((await run(api, 'retry', id)).exitCode).toBe(4)
  })
})

describe('send', () => {
  test('keeps a message for the agent, and show prints it', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask())
    const sent = await run(api, 'send', id, 'Use', 'tabs.')
    expect(sent).toMatchObject({ exitCode: 0 })
    expect(sent.stdout).toContain(`Message 1 is kept for the agent. See: sleepless show ${id}`)
    const { stdout } = await run(api, 'show', id)
    expect(stdout).toMatch(/message 1 .* not given to an agent\nUse tabs\.\n/)
    expect(stdout).not.toContain('of its own')
  })

  test('prints the message as the API gives it with --json', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask())
    const { stdout } = await run(api, 'send', id, 'x', '--json')
    expect(messageView.parse(JSON.parse(stdout))).toMatchObject({ number: 1, text: 'x' })
  })

  test('exits with 4 for a task that has ended', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask(succeeded))
    expect((await run(api, 'send', id, 'x')).exitCode).toBe(4)
  })

  test('exits with 2 for nothing, and for too much', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask())
    expect((await run(api, 'send', id, ' ')).exitCode).toBe(2)
    const large = await run(api, 'send', id, 'x'.repeat(16 * 1024 + 1))
    expect(large).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('16384 bytes') })
  })

  test('leaves it to show what was said in vain', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask(succeeded))
    api.state.messages.set(id, [makeMessage({ taskId: id })])
    expect((await run(api, 'show', id)).stdout).toContain('is a task of its own')
  })
})

describe('pause and resume', () => {
  test('stop and start the service, and say so', async () => {
    await using api = await startFakeApi()
    const paused = await run(api, 'pause', '--reason', 'moving house.')
    expect(paused.stdout).toMatch(/^Paused since .*: moving house. Go on with: sleepless resume\n$/)
    expect(api.state.pause).toMatchObject({ paused: true, reason: 'moving house.' })
    expect(await run(api, 'resume')).toMatchObject({ exitCode: 0, stdout: 'Tasks are started.\n' })
    expect(api.state.pause.paused).toBe(false)
  })

  test('print the state as the API gives it with --json', async () => {
    await using api = await startFakeApi()
    const { stdout } = await run(api, 'pause', '--json')
    expect(pauseView.parse(JSON.parse(stdout))).toEqual(api.state.pause)
  })
})
