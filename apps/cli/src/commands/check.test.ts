import { taskView } from '@sleepless/contracts'
import { expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { failed, makeTask, succeeded } from '../testing/fixtures.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

function run(api: FakeApi, argv: readonly string[], isTty = false): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN, NO_COLOR: '1' }
  return runCaptured(argv, { env, isTty })
}

const busy = { reason: 'capacity', until: null, detail: 'All workers are busy.' } as const

test('says what to do next when there is nothing', async () => {
  await using api = await startFakeApi()
  expect((await run(api, ['check'])).stdout).toBe(
    'No tasks yet. Give it something to do: sleepless think "…"\n',
  )
})

test('shows the counts, what runs, what waits and why, and what ended last', async () => {
  await using api = await startFakeApi()
  const done = api.state.put(makeTask(succeeded))
  const broken = api.state.put(makeTask({ ...failed, project: 'shop', kind: 'serious' }))
  const waiting = api.state.put(makeTask({ waitingFor: busy }))
  expect((await run(api, ['check'])).stdout).toBe(
    [
      '1 queued, 1 succeeded, 1 failed',
      '',
      `queued\t${waiting.id}\tthought\tAll workers are busy.\tthink about it`,
      '',
      `succeeded\t${done.id}\tthought\t42s\tthink about it`,
      `failed\t${broken.id}\tshop\tAGENT_CRASHED\tthink about it`,
      '',
    ].join('\n'),
  )
})

test('shows what starts next first', async () => {
  await using api = await startFakeApi()
  const early = api.state.put(makeTask({ priority: 10 }))
  const late = api.state.put(makeTask({ priority: 10 }))
  const urgent = api.state.put(makeTask({ priority: 90 }))
  const { queued } = JSON.parse((await run(api, ['check', '--json'])).stdout)
  expect(queued.map(({ id }: { id: string }) => id)).toEqual([urgent.id, early.id, late.id])
})

test('says when there are more than it counts', async () => {
  await using api = await startFakeApi()
  for (let i = 0; i < 101; i += 1) api.state.put(makeTask())
  const { stdout } = await run(api, ['check'])
  expect(stdout).toMatch(/^100\+ queued\n/)
  expect(stdout).toContain('and 90 more')
})

test('lets no prompt steer the terminal', async () => {
  await using api = await startFakeApi()
  api.state.put(makeTask({ prompt: 'a\u001b[2Jb\nc\u202e' }))
  expect((await run(api, ['check'], true)).stdout).toContain('ab c\\u202e\n')
})

test('show lets neither what was asked nor what an agent says steer the terminal', async () => {
  await using api = await startFakeApi()
  const hostile = 'a\u001b[2J\u001b]0;owned\u0007\r\nSet-Cookie: b\u202e'
  const task = api.state.put(
    makeTask({
      ...succeeded,
      prompt: hostile,
      result: { ...succeeded.result, summary: hostile, branch: hostile, warnings: [hostile] },
    }),
  )
  const { stdout } = await run(api, ['show', task.id], true)
  expect(stdout).toContain('Set-Cookie: b\\u202e')
  // Colors of our own are all that is left.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const others = stdout.replaceAll(/\u001b\[\d+m/g, '')
  // oxlint-disable-next-line no-control-regex -- likewise
  expect(others).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

test('show prints the result of a task', async () => {
  await using api = await startFakeApi()
  const task = api.state.put(makeTask(succeeded))
  const { stdout } = await run(api, ['show', task.id])
  expect(stdout).toContain(`${task.id}  succeeded\n`)
  expect(stdout).toContain(`It is 42.\ncommit ${succeeded.result.commit}\n`)
})

test('show --json prints the task as the API gives it', async () => {
  await using api = await startFakeApi()
  const task = api.state.put(makeTask(succeeded))
  const { stdout } = await run(api, ['show', task.id, '--json'])
  expect(taskView.parse(JSON.parse(stdout))).toEqual(task)
})

test('cancel stops a task', async () => {
  await using api = await startFakeApi()
  const task = api.state.put(makeTask())
  expect(await run(api, ['cancel', task.id])).toMatchObject({ exitCode: 0, stdout: 'canceled\n' })
})

test('cancel exits with 4 for a task that has ended', async () => {
  await using api = await startFakeApi()
  const task = api.state.put(makeTask(succeeded))
  expect((await run(api, ['cancel', task.id])).exitCode).toBe(4)
})
