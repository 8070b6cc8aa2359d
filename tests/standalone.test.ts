import path from 'node:path'

import {
  adversarialScript,
  answerScript,
  createScriptedModel,
  holdUntil,
  textTurn,
  toolTurn,
  writeFileScript,
  type ScriptedModel,
} from '@sleepless/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createRemote, git } from './harness/repository.ts'
import {
  API_TOKEN,
  startStandalone,
  textOf,
  untilEnded,
  untilRunning,
  type Standalone,
} from './harness/service.ts'

let model: ScriptedModel
let service: Standalone
const gate = Promise.withResolvers<void>()

beforeAll(async () => {
  model = await createScriptedModel({
    scripts: [
      {
        when: /write hello/,
        turns: writeFileScript({ path: 'hello.txt', content: 'hi\n', answer: 'I wrote hello.' }),
      },
      { when: /only think/, turns: answerScript('Forty-two.') },
      {
        when: /run a command/,
        turns: [
          toolTurn({ name: 'Write', input: { file_path: 'edited.txt', content: 'edited\n' } }),
          toolTurn({ name: 'Bash', input: { command: 'touch ran.txt' } }),
          textTurn('I could not run it.'),
        ],
      },
      { when: /be held/, turns: [holdUntil(gate.promise, textTurn('Released.'))] },
      ...[1, 2, 3].map((seed) => ({
        when: new RegExp(`misbehave ${seed}`),
        turns: adversarialScript({ seed, maxTurns: 6 }),
      })),
    ],
  })
  const env = { BUBBLEWRAP_BIN: '/nonexistent/bwrap', SLEEPLESS_DAILY_BUDGET_USD: '1000.5' }
  service = await startStandalone({ modelUrl: model.url, env })
})

afterAll(async () => {
  gate.resolve()
  await service[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})

test("the owner's budget is that of the day", async () => {
  const { today } = await service.client.usage()
  expect(today).toMatchObject({ limitUsd: 1000.5 })
})

describe('a thought', () => {
  test('goes from POST /v1/tasks to a commit that exists', async () => {
    const response = await fetch(`${service.url}/v1/tasks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Please write hello to a file.' }),
    })
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    expect(response.headers.get('location')).toBe(`/v1/tasks/${id}`)

    const task = await untilEnded(service.client, id)
    expect(task.status).toBe('succeeded')
    const repository = path.join(service.home, 'workspace', 'thoughts', `${id}.git`)
    const commit = task.result?.commit ?? ''
    expect(git(repository, 'cat-file', '-t', commit)).toBe('commit')
    expect(git(repository, 'show', `${commit}:hello.txt`)).toBe('hi')
    expect(git(repository, 'show', `${commit}:answer.md`)).toBe('I wrote hello.')
    expect(git(repository, 'log', '-1', '--format=%B', commit)).toContain(`Task: ${id}`)
    expect(git(repository, 'log', '-1', '--format=%B', commit)).toMatch(/^Attempt: att_/m)
  })

  test('leaves its output, its diff and its whole life in order', async () => {
    const { id } = await service.client.submitTask({ prompt: 'write hello once more' })
    await untilEnded(service.client, id)

    expect(await textOf(await service.client.output(id))).toContain('I wrote hello.')
    expect(await service.client.diff(id)).toContain('+hi')
    const { items } = await service.client.taskEvents(id, { limit: 200 })
    const inBetween = new Set(['attempt.output', 'usage.recorded'])
    expect(items.map(({ type }) => type).filter((type) => !inBetween.has(type))).toEqual([
      'task.submitted',
      'attempt.dispatched',
      'attempt.claimed',
      'attempt.started',
      'attempt.ready',
      'attempt.acted',
      'attempt.checkpointed',
      'attempt.finished',
      'task.succeeded',
    ])
    expect(items.map((event) => event.id)).toEqual(
      items.map((event) => event.id).toSorted((a, b) => a - b),
    )
  })

  test('without any file of its own ends in a commit of its answer', async () => {
    const { id } = await service.client.submitTask({ prompt: 'only think' })
    const task = await untilEnded(service.client, id)
    expect(task.result).toMatchObject({ summary: 'Forty-two.', branch: 'main' })
    expect(await service.client.diff(id)).toContain('+Forty-two.')
  })

  test('edits files and runs no commands while there is no sandbox, and says so', async () => {
    const { id } = await service.client.submitTask({ prompt: 'run a command' })
    const task = await untilEnded(service.client, id)
    expect(task.status).toBe('succeeded')
    expect(task.result?.warnings.join()).toContain('Bash')
    const diff = await service.client.diff(id)
    expect(diff).toContain('+edited')
    expect(diff).not.toContain('ran.txt')
    const { items } = await service.client.taskEvents(id, { limit: 200 })
    expect(items.map(({ type }) => type)).toContain('attempt.warned')
    expect(service.process.output()).toContain('there is no sandbox: agents may edit files')
  })

  test('shows no credential to anybody who reads about it', async () => {
    const { id } = await service.client.submitTask({ prompt: 'write hello again' })
    await untilEnded(service.client, id)
    const told = [
      await textOf(await service.client.output(id)),
      JSON.stringify(await service.client.taskEvents(id, { limit: 200 })),
      service.process.output(),
    ].join()
    expect(told).not.toContain('made-up-key-of-the-tests')
    expect(told).not.toContain(API_TOKEN)
  })
})

test('a serious task ends in a commit on a branch of its own', async () => {
  const remote = createRemote(service.home)
  await service.client.createProject({ name: 'my-project', remote })
  const { id } = await service.client.submitTask({ prompt: 'write hello', project: 'my-project' })
  const task = await untilEnded(service.client, id)

  expect(task).toMatchObject({ status: 'succeeded', kind: 'serious', project: 'my-project' })
  expect(task.result?.branch).toBe(`sleepless/${id}-write-hello`)
  const mirror = path.join(service.home, 'workspace', 'projects', 'my-project.git')
  expect(git(mirror, 'rev-parse', task.result?.branch ?? '')).toBe(task.result?.commit)
  expect(git(mirror, 'rev-parse', `${task.result?.commit}^`)).toBe(git(remote, 'rev-parse', 'main'))
  expect(git(remote, 'rev-parse', task.result?.branch ?? '')).toBe(task.result?.commit)
  expect(git(remote, 'branch', '--show-current')).toBe('main')
})

test('canceling stops the agent and ends the task', async () => {
  const { id } = await service.client.submitTask({ prompt: 'be held' })
  await untilRunning(service.client, id)
  await service.client.cancelTask(id)
  const task = await untilEnded(service.client, id)
  expect(task.status).toBe('canceled')
  await expect(service.client.cancelTask(id)).rejects.toMatchObject({ status: 409 })
})

test.each([1, 2, 3])(
  'a model that misbehaves (seed %i) ends its task all the same',
  async (seed) => {
    const { id } = await service.client.submitTask({ prompt: `misbehave ${seed}` })
    const task = await untilEnded(service.client, id)
    expect(['succeeded', 'failed']).toContain(task.status)
    expect(task.status === 'failed' ? task.failure?.remedy : task.result?.commit).toMatch(/./)
  },
)
