import { taskList } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { failed, makeTask, succeeded } from '../testing/fixtures.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

function run(api: FakeApi, ...argv: readonly string[]): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN, NO_COLOR: '1' }
  return runCaptured(argv, { env })
}

describe('list', () => {
  test('shows the newest tasks first, for a program with all of the prompt', async () => {
    await using api = await startFakeApi()
    const older = api.state.put(makeTask(succeeded))
    const newer = api.state.put(makeTask({ prompt: 'evil \u001b[31mred' }))
    const { stdout, exitCode } = await run(api, 'list')
    expect(exitCode).toBe(0)
    const [first = '', second = ''] = stdout.split('\n')
    expect(first).toMatch(new RegExp(`^queued\\t${newer.id}\\tthought\\t`))
    expect(second).toContain(older.id)
  })

  test('asks for what it is told', async () => {
    await using api = await startFakeApi()
    const task = api.state.put(makeTask({ ...failed, prompt: 'fix the parser' }))
    api.state.put(makeTask(failed))
    const { stdout } = await run(api, 'list', '-s', 'failed,canceled', '-q', 'parser', '--json')
    expect(taskList.parse(JSON.parse(stdout)).items).toEqual([task])
    await run(api, 'list', '--kind', 'thought', '-p', 'shop', '--after', '2026-01-01T00:00:00Z')
    expect(api.state.requests.at(-1)).toContain('GET /v1/tasks')
  })

  test.each([
    ['--status', 'done'],
    ['--kind', 'idle'],
    ['--after', 'today'],
    ['--limit', '0'],
  ])('refuses %s %s', async (option, value) => {
    await using api = await startFakeApi()
    expect((await run(api, 'list', option, value)).exitCode).toBe(2)
  })

  test('says that there is nothing', async () => {
    await using api = await startFakeApi()
    expect(await run(api, 'list')).toMatchObject({ stdout: '', stderr: 'No such tasks.\n' })
  })
})

describe('trash', () => {
  test('takes tasks, gives them back, and is emptied for good', async () => {
    await using api = await startFakeApi()
    const [one, other, third] = [succeeded, failed, succeeded].map((end) =>
      api.state.put(makeTask(end)),
    )
    for (const task of [one, other, third]) {
      expect((await run(api, 'trash', 'add', task?.id ?? '')).stdout).toContain('is in the trash')
    }
    const listed = await run(api, 'trash', 'list', '--json')
    expect(taskList.parse(JSON.parse(listed.stdout)).items).toHaveLength(3)
    expect((await run(api, 'trash', 'restore', third?.id ?? '')).stdout).toContain(
      'is out of the trash',
    )
    const emptied = await run(api, 'trash', 'empty', '--older-than', '0')
    expect(emptied).toMatchObject({ exitCode: 0, stdout: '2 tasks are gone for good.\n' })
    expect([...api.state.tasks.keys()]).toEqual([third?.id])
    expect((await run(api, 'trash', 'list')).stderr).toBe('The trash is empty.\n')
  })

  test('refuses a task that has not ended, and needs an age to be emptied', async () => {
    await using api = await startFakeApi()
    const { id } = api.state.put(makeTask())
    expect((await run(api, 'trash', 'add', id)).exitCode).toBe(4)
    expect((await run(api, 'trash', 'restore', 'tsk_0')).exitCode).toBe(3)
    expect((await run(api, 'trash', 'empty')).exitCode).toBe(2)
    expect((await run(api, 'trash', 'empty', '--older-than', 'x')).exitCode).toBe(2)
  })
})

describe('config', () => {
  test('sets, shows and takes back', async () => {
    await using api = await startFakeApi()
    expect(await run(api, 'config', 'set', 'defaultTimeoutMs', '30m')).toMatchObject({
      exitCode: 0,
      stdout: 'defaultTimeoutMs\t30m 00s\n',
    })
    expect((await run(api, 'config', 'get', 'defaultTimeoutMs', '--json')).stdout).toBe(
      `${JSON.stringify({ defaultTimeoutMs: 1_800_000 }, null, 2)}\n`,
    )
    await run(api, 'config', 'set', 'dailyBudgetUsd', '2.5')
    await run(api, 'config', 'set', 'defaultTimeoutMs', 'none')
    expect((await run(api, 'config', 'get')).stdout).toBe(
      'dailyBudgetUsd\t2.5\ndefaultTimeoutMs\t-\ndefaultPriority\t-\ndefaultModel\t-\ntrashDays\t-\n',
    )
  })

  test.each([
    ['get', 'colour'],
    ['set', 'colour', 'red'],
    ['set', 'trashDays', 'soon'],
    ['set', 'defaultTimeoutMs', 'soon'],
    ['set', 'trashDays'],
  ])('refuses %s %s %s', async (...argv) => {
    await using api = await startFakeApi()
    expect((await run(api, 'config', ...argv)).exitCode).toBe(2)
  })
})
