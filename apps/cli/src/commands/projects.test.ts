import { projectList, projectView } from '@sleepless/contracts'
import { expect, test } from 'vitest'

import { startFakeApi, TOKEN, type FakeApi } from '../testing/fake-api.ts'
import { runCaptured, type FinishedRun } from '../testing/run-captured.ts'

function projects(api: FakeApi, argv: readonly string[]): Promise<FinishedRun> {
  const env = { SLEEPLESS_API_URL: api.url, SLEEPLESS_API_TOKEN: TOKEN }
  return runCaptured(['projects', ...argv], { env, cwd: '/repositories' })
}

test('adds a project', async () => {
  await using api = await startFakeApi()
  const run = await projects(api, ['add', 'shop', 'git@example.com:shop.git'])
  expect(run.exitCode).toBe(0)
  expect(api.state.projects).toMatchObject([{ name: 'shop', remote: 'git@example.com:shop.git' }])
})

test('takes a relative path from the working directory', async () => {
  await using api = await startFakeApi()
  await projects(api, ['add', 'site', './site', '--default-branch', 'trunk'])
  expect(api.state.projects).toMatchObject([
    { name: 'site', remote: '/repositories/site', defaultBranch: 'trunk' },
  ])
})

test('limits how many of its tasks run at once', async () => {
  await using api = await startFakeApi()
  await projects(api, ['add', 'site', '/site', '--concurrency', '2'])
  expect(api.state.projects).toMatchObject([{ concurrency: 2 }])
})

test('opens the way to hosts, and closes that to registries', async () => {
  await using api = await startFakeApi()
  const hosts = ['--allow-host', 'a.example', '--allow-host', '*.b.example', '--no-registries']
  await projects(api, ['add', 'site', '/site', ...hosts])
  await projects(api, ['add', 'shop', '/shop'])
  expect(api.state.projects).toMatchObject([
    { egress: { registries: false, hosts: ['a.example', '*.b.example'] } },
    { egress: { registries: true, hosts: [] } },
  ])
})

test('prints the new project as the API gives it with --json', async () => {
  await using api = await startFakeApi()
  const { stdout } = await projects(api, ['add', 'site', '/site', '--json'])
  expect([projectView.parse(JSON.parse(stdout))]).toEqual(api.state.projects)
})

test('lists the projects', async () => {
  await using api = await startFakeApi()
  await projects(api, ['add', 'shop', 'git@example.com:shop.git'])
  expect((await projects(api, ['list'])).stdout).toBe('shop\t-\tgit@example.com:shop.git\n')
})

test('lists the projects as the API gives them with --json', async () => {
  await using api = await startFakeApi()
  await projects(api, ['add', 'shop', '/shop'])
  const { stdout } = await projects(api, ['list', '--json'])
  expect(projectList.parse(JSON.parse(stdout)).items).toEqual(api.state.projects)
})

test('says how to add one when there is none', async () => {
  await using api = await startFakeApi()
  expect(await projects(api, ['list'])).toMatchObject({
    stdout: '',
    stderr: 'No projects yet. Add one: sleepless projects add <name> <remote>\n',
  })
})

test('changes what is named, and clears what is switched off', async () => {
  await using api = await startFakeApi()
  await projects(api, ['add', 'site', '/site', '--concurrency', '2', '--default-branch', 'main'])
  await projects(api, ['update', 'site', '--no-concurrency', '--allow-host', 'a.example'])
  const egress = { registries: true, hosts: ['a.example'] }
  expect(api.state.projects).toMatchObject([{ defaultBranch: 'main', concurrency: null, egress }])
  await projects(api, ['update', 'site', '--no-registries', '--no-hosts', '--concurrency', '3'])
  expect(api.state.projects).toMatchObject([
    { defaultBranch: 'main', concurrency: 3, egress: { registries: false, hosts: [] } },
  ])
  expect((await projects(api, ['update', 'site', '--no-default-branch', '--json'])).exitCode).toBe(
    0,
  )
  expect(api.state.projects).toMatchObject([{ defaultBranch: null, concurrency: 3 }])
  expect((await projects(api, ['update', 'nowhere', '--registries'])).exitCode).toBe(3)
})

test('removes a project', async () => {
  await using api = await startFakeApi()
  await projects(api, ['add', 'site', '/site'])
  expect(await projects(api, ['remove', 'site'])).toMatchObject({
    exitCode: 0,
    stdout: 'Removed site.\n',
  })
  expect(api.state.projects).toEqual([])
  expect((await projects(api, ['remove', 'site'])).exitCode).toBe(3)
})
