import { workerList, workerView, type WorkerList } from '@sleepless/contracts'
import { heartbeat, leave, reap } from '@sleepless/engine'
import { describe, expect, onTestFinished, test } from 'vitest'

import { ids } from '../test-kit/control-plane.ts'
import { injectedApp, problemOf, type InjectedApp } from '../test-kit/injected-app.ts'
import { HELLO } from '../test-kit/worker-words.ts'

async function started(): Promise<InjectedApp> {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app
}

/** Workers in the order of their coming; what is said of them here is what they say of themselves. */
async function join(
  { plane: { store, engine } }: InjectedApp,
  ...names: readonly string[]
): Promise<readonly string[]> {
  return store.write((tx) =>
    names.map((name) => {
      const workerId = ids.workerId()
      const how = { draining: name.startsWith('draining'), shortage: undefined, attempts: [] }
      heartbeat(tx, engine, { ...HELLO, ...how, name, workerId })
      if (name.startsWith('left')) leave(tx, engine, workerId)
      return workerId
    }),
  )
}

async function listed(app: InjectedApp, query = ''): Promise<WorkerList> {
  return workerList.parse((await app.send({ method: 'GET', url: `/v1/workers${query}` })).json())
}

const namesOf = ({ items }: WorkerList): readonly string[] => items.map(({ name }) => name)

describe('the list of workers', () => {
  test('begins with those that are there, the newest first', async () => {
    const app = await started()
    await join(app, 'a', 'left-1', 'draining', 'left-2', 'b')
    expect(namesOf(await listed(app))).toEqual(['b', 'draining', 'a', 'left-2', 'left-1'])
  })

  test.each([
    ['online', ['b', 'a']],
    ['draining', ['draining']],
    ['left', ['left-2', 'left-1']],
    ['lost', []],
  ])('has those that are %s alone, on request', async (status, names) => {
    const app = await started()
    await join(app, 'a', 'left-1', 'draining', 'left-2', 'b')
    expect(namesOf(await listed(app, `?status=${status}`))).toEqual(names)
  })

  test.each([1, 2, 3, 5])('comes in pages of %i', async (limit) => {
    const app = await started()
    await join(app, 'a', 'left-1', 'draining', 'left-2', 'b')
    const names: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listed(app, `?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`)
      names.push(...namesOf(page))
      cursor = page.nextCursor
    }
    expect(names).toEqual(['b', 'draining', 'a', 'left-2', 'left-1'])
  })

  test('refuses cursors that it did not give', async () => {
    const app = await started()
    const cursor = Buffer.from('elsewhere wrk_1').toString('base64url')
    const answer = await app.send({ method: 'GET', url: `/v1/workers?cursor=${cursor}` })
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_CURSOR' })
  })
})

describe('a worker', () => {
  test('is told of with all that it says of itself', async () => {
    const app = await started()
    const { store, engine } = app.plane
    const workerId = ids.workerId()
    await store.write((tx) =>
      heartbeat(tx, engine, {
        ...HELLO,
        workerId,
        labels: ['gpu'],
        executors: {
          claude: { available: true, version: '2.1' },
          codex: { available: false, code: 'AGENT_NOT_INSTALLED', detail: 'nowhere' },
        },
        shortage: { resource: 'disk', detail: '1 GiB left' },
        attempts: [],
      }),
    )
    const answer = await app.send({ method: 'GET', url: `/v1/workers/${workerId}` })
    expect(workerView.parse(answer.json())).toMatchObject({
      id: workerId,
      labels: ['gpu'],
      running: [],
      executors: {
        claude: { available: true, version: '2.1', code: null, detail: null },
        codex: { available: false, version: null, code: 'AGENT_NOT_INSTALLED', detail: 'nowhere' },
      },
      shortage: { resource: 'disk', detail: '1 GiB left' },
      drainRequestedAt: null,
    })
  })

  test('that there never was is not found', async () => {
    const app = await started()
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/drain'],
      ['POST', '/resume'],
    ] as const) {
      const answer = await app.send({ method, url: `/v1/workers/${ids.workerId()}${path}` })
      expect(problemOf(answer)).toMatchObject({ status: 404, code: 'WORKER_NOT_FOUND' })
    }
  })

  test('that is lost cannot be drained', async () => {
    const app = await started()
    const [id] = await join(app, 'a')
    const { store, engine } = app.plane
    await store.write((tx) => {
      tx.leaseClock.advance(engine.policy.leaseMs)
      reap(tx, engine)
    })
    const answer = await app.send({ method: 'POST', url: `/v1/workers/${id}/drain` })
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'WORKER_GONE' })
  })

  test('is drained and resumed on behalf of whoever asked', async () => {
    const app = await started()
    const [id] = await join(app, 'a')
    const drained = await app.send({ method: 'POST', url: `/v1/workers/${id}/drain` })
    expect(workerView.parse(drained.json())).toMatchObject({ status: 'draining' })
    await app.send({ method: 'POST', url: `/v1/workers/${id}/resume` })
    const events = await app.plane.store.read((tx) => tx.events.list({}, { after: 1, limit: 9 }))
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['worker.drain-requested', { workerId: id, by: 'admin' }],
      ['worker.drain-revoked', { workerId: id, by: 'admin' }],
    ])
  })
})
