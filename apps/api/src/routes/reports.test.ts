import {
  dayReportView,
  taskReportView,
  type DayReport,
  type TaskReport,
} from '@sleepless/contracts'
import { attemptId, dayOf, taskId } from '@sleepless/domain'
import {
  cancel,
  claim,
  dispatch,
  finish,
  heartbeat,
  report,
  sendMessage,
  setDailyBudget,
  stopService,
  submit,
} from '@sleepless/engine'
import { describe, expect, onTestFinished, test } from 'vitest'

import { ids } from '../test-kit/control-plane.ts'
import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { HELLO, NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const FAILURE = { code: 'AGENT_REPORTED_ERROR', message: 'It would not.' } as const
const DOLLAR = 1_000_000

async function started(): Promise<InjectedApp> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

async function addTask(app: InjectedApp, prompt: string, project?: string): Promise<string> {
  const payload = { prompt, ...(project && { project }) }
  const answer = await app.send({ method: 'POST', url: '/v1/tasks', payload })
  return answer.json<{ id: string }>().id
}

async function addProject(app: InjectedApp, name: string): Promise<void> {
  await app.send({ method: 'POST', url: '/v1/projects', payload: { name, remote: '/r.git' } })
}

/** Gives every task that is ready to one worker. @returns who holds which attempt. */
function claimAll({ plane: { store, engine } }: InjectedApp) {
  return store.write((tx) => {
    const workerId = ids.workerId()
    heartbeat(tx, engine, { ...HELLO, shortage: undefined, attempts: [], workerId })
    return dispatch(tx, engine).map((order) => {
      const holder = { ...order, workerId }
      claim(tx, engine, holder)
      return holder
    })
  })
}

type Holder = Awaited<ReturnType<typeof claimAll>>[number]
type Outcome = Parameters<typeof finish>[3]['outcome']

function end({ plane: { store, engine } }: InjectedApp, holder: Holder, outcome: Outcome) {
  return store.write((tx) => finish(tx, engine, holder, { outcome, usage: NO_USAGE }))
}

const succeeded: Outcome = { ...SUCCESS, commit: COMMIT, branch: 'main' }
const failed: Outcome = { kind: 'failed', failure: FAILURE }

async function dayOfApp(app: InjectedApp, query = ''): Promise<DayReport> {
  return dayReportView.parse((await app.send({ method: 'GET', url: `/v1/reports${query}` })).json())
}

async function taskOfApp(app: InjectedApp, id: string): Promise<TaskReport> {
  const answer = await app.send({ method: 'GET', url: `/v1/tasks/${id}/report` })
  return taskReportView.parse(answer.json())
}

describe('the report of a task', () => {
  test('tells what was asked, what came of it, and what it took', async () => {
    const app = await started()
    const { store, engine } = app.plane
    const id = await addTask(app, 'Count the stars.')
    const [holder] = await claimAll(app)
    if (holder === undefined) throw new Error('nothing was dispatched')
    await store.write((tx) => {
      const sending = { taskId: taskId(id), text: 'All of them.', sha256: 'a' }
      sendMessage(tx, engine, sending)
      const use = {
        requests: 2,
        inputTokens: 10,
        outputTokens: 20,
        cacheReadTokens: 30,
        cacheWriteTokens: 40,
      }
      const told = (model: string, costMicroUsd: number) => ({
        type: 'used' as const,
        at: new Date(),
        models: [{ ...use, model, costMicroUsd: DOLLAR }],
        costMicroUsd,
      })
      const reports = [told('large', DOLLAR), told('small', 2 * DOLLAR), told('large', 3 * DOLLAR)]
      report(tx, engine, holder, { firstSeq: 1, reports })
    })
    await end(app, holder, { ...succeeded, warnings: ['It is dark.'] })
    const one = {
      requests: 2,
      inputTokens: 10,
      outputTokens: 20,
      cacheReadTokens: 30,
      cacheWriteTokens: 40,
    }
    const twice = {
      requests: 4,
      inputTokens: 20,
      outputTokens: 40,
      cacheReadTokens: 60,
      cacheWriteTokens: 80,
    }
    expect(await taskOfApp(app, id)).toMatchObject({
      id,
      project: null,
      status: 'succeeded',
      asked: 'Count the stars.',
      done: 'Done.',
      commit: COMMIT,
      branch: 'main',
      changes: null,
      failure: null,
      waitingFor: null,
      costUsd: 3,
      models: [
        { model: 'large', ...twice, costUsd: 2 },
        { model: 'small', ...one, costUsd: 1 },
      ],
      attempts: [{ number: 1, status: 'succeeded', worker: 'host:1', why: null, costUsd: 3 }],
      messages: [{ number: 1, text: 'All of them.', delivered: false }],
      warnings: ['It is dark.'],
    })
  })

  test('says why each attempt ended', async () => {
    const app = await started()
    const { store, engine } = app.plane
    const id = await addTask(app, 'x')
    const [first] = await claimAll(app)
    if (first === undefined) throw new Error('nothing was dispatched')
    await end(app, first, { kind: 'interrupted' })
    const [second] = await claimAll(app)
    if (second === undefined) throw new Error('nothing was dispatched')
    await store.write((tx) => stopService(tx, engine, undefined))
    await end(app, second, { kind: 'interrupted' })
    await app.send({ method: 'POST', url: '/v1/resume' })
    const [third] = await claimAll(app)
    if (third === undefined) throw new Error('nothing was dispatched')
    await end(app, third, failed)
    const { attempts, failure, status } = await taskOfApp(app, id)
    expect(attempts.map(({ why }) => why)).toEqual([
      'Its worker ended, or the database was set back.',
      'The service was stopped.',
      'AGENT_REPORTED_ERROR: It would not.',
    ])
    expect([status, failure?.code]).toEqual(['failed', 'AGENT_REPORTED_ERROR'])
  })

  test('tells of a task that has not begun what it waits for, and no time of work', async () => {
    const app = await started()
    const id = await addTask(app, 'x')
    const told = await taskOfApp(app, id)
    expect(told).toMatchObject({ status: 'queued', attempts: [], time: { runningMs: 0 } })
    expect(told.waitingFor).not.toBeNull()
  })

  test('counts what the commit changes', async () => {
    const app = await started()
    const id = await addTask(app, 'x')
    const [holder] = await claimAll(app)
    if (holder === undefined) throw new Error('nothing was dispatched')
    const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n'
    const { writeFile } = await import('node:fs/promises')
    const file = `${app.plane.home}/diff`
    await writeFile(file, diff)
    await app.plane.results.moveIn(file, `tasks/${id}/${attemptId(holder.attemptId)}/diff.patch`)
    await end(app, holder, succeeded)
    expect((await taskOfApp(app, id)).changes).toEqual({
      files: 1,
      insertions: 2,
      deletions: 1,
      paths: [{ path: 'x', insertions: 2, deletions: 1 }],
      more: 0,
      whole: true,
    })
  })

  test('is Markdown for whoever wants it', async () => {
    const app = await started()
    const id = await addTask(app, '<b>Count</b> the stars.')
    const url = `/v1/tasks/${id}/report`
    const asked = await app.send({ method: 'GET', url: `${url}?format=markdown` })
    expect(asked.headers['content-type']).toBe('text/markdown; charset=utf-8')
    expect(asked.body).toMatch(/^# \\<b>Count\\<\/b> the stars\.\n/)
    const accepted = await app.send({ method: 'GET', url, headers: { accept: 'text/markdown' } })
    expect(accepted.body).toBe(asked.body)
    expect(accepted.headers['vary']).toContain('accept')
    const data = await app.send({
      method: 'GET',
      url: `${url}?format=json`,
      headers: { accept: 'text/markdown' },
    })
    expect(data.headers['content-type']).toContain('application/json')
  })

  test('of a task that there never was is not found', async () => {
    const app = await started()
    const answer = await app.send({ method: 'GET', url: `/v1/tasks/${ids.taskId()}/report` })
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'TASK_NOT_FOUND' })
  })
})

describe('the report of a day', () => {
  test('tells what ended and how, what runs, and what it cost', async () => {
    const app = await started()
    const { store, engine } = app.plane
    await addProject(app, 'shop')
    const [a, b, c, d] = [
      await addTask(app, 'a', 'shop'),
      await addTask(app, 'b', 'shop'),
      await addTask(app, 'c'),
      await addTask(app, 'd'),
    ]
    const today = dayOf(engine.clock.now())
    await store.write((tx) => {
      cancel(tx, engine, taskId(d ?? ''))
      setDailyBudget(tx, 10 * DOLLAR)
      tx.spending.charge(today, { spentMicroUsd: 3 * DOLLAR, unseenMicroUsd: 0 })
      const tokens = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 1, cacheWriteTokens: 1 }
      const use = { ...tokens, requests: 1, model: 'm', day: today }
      tx.spending.addUse({ ...use, project: 'shop', costMicroUsd: 2 * DOLLAR })
    })
    const held = await claimAll(app)
    const holderOf = (id: string): Holder => {
      const found = held.find((one) => one.taskId === id)
      if (found === undefined) throw new Error(`${id} was not dispatched`)
      return found
    }
    await end(app, holderOf(a ?? ''), succeeded)
    await end(app, holderOf(b ?? ''), {
      kind: 'failed',
      failure: { code: 'TIMED_OUT', message: 'Late.' },
    })

    const told = await dayOfApp(app)
    expect(told).toMatchObject({
      day: today,
      timeZone: 'UTC',
      counts: { succeeded: 1, failed: 1, canceled: 1 },
      succeeded: { items: [{ id: a, asked: 'a', commit: COMMIT, done: 'Done.' }], more: 0 },
      failed: { items: [{ id: b, failure: { code: 'TIMED_OUT', message: 'Late.' } }], more: 0 },
      open: { running: { items: [{ id: c, asked: 'c' }], more: 0 }, waiting: { items: [] } },
      money: { spentUsd: 3, limitUsd: 10 },
      projects: [
        { project: 'shop', succeeded: 1, failed: 1, canceled: 0, costUsd: 2 },
        { project: null, succeeded: 0, failed: 0, canceled: 1, costUsd: 0 },
      ],
    })
    expect(told.failed.items[0]?.failure.remedy).not.toBe('')
    expect(await dayOfApp(app, '?project=shop')).toMatchObject({
      project: 'shop',
      counts: { succeeded: 1, failed: 1, canceled: 0 },
      open: { running: { items: [] } },
      money: { spentUsd: 2 },
    })
  })

  test('of another day has nothing of today', async () => {
    const app = await started()
    await addTask(app, 'a')
    const [holder] = await claimAll(app)
    if (holder === undefined) throw new Error('nothing was dispatched')
    await end(app, holder, succeeded)
    expect(await dayOfApp(app, '?day=2020-02-29')).toMatchObject({
      day: '2020-02-29',
      from: '2020-02-29T00:00:00.000Z',
      until: '2020-03-01T00:00:00.000Z',
      counts: { succeeded: 0, failed: 0, canceled: 0 },
      open: null,
      money: { spentUsd: 0, limitUsd: null, leftUsd: null },
      projects: [],
    })
  })

  test('begins and ends at midnight of a time zone', async () => {
    const app = await started()
    const told = await dayOfApp(app, '?day=2026-01-31&timeZone=Europe/Berlin')
    expect([told.from, told.until]).toEqual([
      '2026-01-30T23:00:00.000Z',
      '2026-01-31T23:00:00.000Z',
    ])
  })

  test('names 50 tasks of each kind at most, and counts the others', async () => {
    const app = await started()
    const { store, engine } = app.plane
    await store.write((tx) => {
      for (let number = 0; number < 60; number++) {
        const { id } = submit(tx, engine, { prompt: 'x'.repeat(50_000) })
        tx.tasks.update(id, 'queued', {
          status: 'failed',
          failure: FAILURE,
          finishedAt: engine.clock.now(),
        })
      }
    })
    const answer = await app.send({ method: 'GET', url: '/v1/reports' })
    const { failed: list } = dayReportView.parse(answer.json())
    expect([list.items.length, list.more]).toEqual([50, 10])
    expect(answer.body.length).toBeLessThan(60_000)
  })

  test('is Markdown for whoever wants it', async () => {
    const app = await started()
    const answer = await app.send({
      method: 'GET',
      url: '/v1/reports?day=2026-01-31&format=markdown',
    })
    expect(answer.body).toMatch(/^# Report of 2026-01-31\n/)
  })

  test.each(['day=2026-02-30', 'timeZone=Nowhere', 'project=No', 'format=html', 'week=1'])(
    'cannot be asked for with %s',
    async (query) => {
      const app = await started()
      const answer = await app.send({ method: 'GET', url: `/v1/reports?${query}` })
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    },
  )
})
