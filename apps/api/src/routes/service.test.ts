import path from 'node:path'

import { serviceHealthView, type ServiceHealthView } from '@sleepless/contracts'
import { heartbeat, SCHEDULER_ROLE, takeLead } from '@sleepless/engine'
import { auditDatabase, type Space } from '@sleepless/storage'
import { expect, onTestFinished, test } from 'vitest'

import { ids } from '../test-kit/control-plane.ts'
import { injectedApp, type InjectedApp } from '../test-kit/injected-app.ts'
import { HELLO } from '../test-kit/worker-words.ts'

async function healthOf(app: InjectedApp): Promise<ServiceHealthView> {
  const answer = await app.send({ method: 'GET', url: '/v1/health' })
  return serviceHealthView.parse(answer.json())
}

test('the health of the service says which scheduler leads, while it is heard of', async () => {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  const { store, engine } = app.plane
  expect(await healthOf(app)).toMatchObject({ status: 'degraded', scheduler: null })

  const candidacy = { role: SCHEDULER_ROLE, holder: 'host:1:a', after: 0, isHolderGone: false }
  const leader = await store.write((tx) => takeLead(tx, engine, candidacy))
  expect(await healthOf(app)).toMatchObject({
    scheduler: { name: 'host:1:a', term: 1, since: leader?.since.toISOString() },
  })

  await store.write((tx) => tx.leaseClock.advance(engine.policy.leaseMs))
  expect(await healthOf(app)).toMatchObject({ status: 'degraded', scheduler: null })
})

test('the health of the service says what the newest event is, by id and hash', async () => {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  const { store, home } = app.plane
  const epoch = store.epochs.at(-1)?.id
  const none = { headId: 0, headHash: '0'.repeat(64), epoch }
  expect((await healthOf(app)).events).toEqual(none)

  await app.send({ method: 'POST', url: '/v1/tasks', payload: { prompt: 'Think.' } })
  const { headId, headHash } = auditDatabase(path.join(home, 'tasks.db'), { states: false })
  expect((await healthOf(app)).events).toEqual({ headId, headHash, epoch })
  expect(headId).toBe(1)
})

const reasonsOf = async (app: InjectedApp): Promise<readonly string[]> =>
  (await healthOf(app)).reasons.map(({ code }) => code)

/** With a scheduler and a worker. */
async function whole(replaced: Parameters<typeof injectedApp>[0] = {}): Promise<InjectedApp> {
  const app = await injectedApp(replaced)
  onTestFinished(() => app[Symbol.asyncDispose]())
  const { store, engine } = app.plane
  const candidacy = { role: SCHEDULER_ROLE, holder: 'host:1:a', after: 0, isHolderGone: false }
  await store.write((tx) => {
    takeLead(tx, engine, candidacy)
    heartbeat(tx, engine, { ...HELLO, shortage: undefined, attempts: [], workerId: ids.workerId() })
  })
  return app
}

test('a service with a scheduler and a worker is well, paused or not', async () => {
  const app = await whole()
  const well = { status: 'ok', reasons: [], workers: { online: 1, draining: 0 }, paused: null }
  expect(await healthOf(app)).toMatchObject({
    ...well,
    database: { writable: true },
    queue: { reachable: true },
  })
  await app.send({ method: 'POST', url: '/v1/pause', payload: { reason: 'holiday' } })
  expect(await healthOf(app)).toMatchObject({ status: 'ok', paused: { reason: 'holiday' } })
})

test('a service without workers or scheduler says so', async () => {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  expect(await reasonsOf(app)).toEqual(['NO_SCHEDULER', 'NO_WORKERS'])
})

test('a service whose queue is away says so', async () => {
  const queue = { send: async () => undefined, withdraw: async () => undefined }
  const app = await whole({ queue: { ...queue, isReachable: () => false } })
  expect(await reasonsOf(app)).toEqual(['QUEUE_UNREACHABLE'])
})

test('a service whose disk is nearly full says so', async () => {
  const space = async (): Promise<Space> => ({
    sizeBytes: 1,
    freeBytes: 2 ** 30,
    totalBytes: 2 ** 40,
  })
  const app = await whole()
  const low = await injectedApp({ store: { ...app.plane.store, space } })
  onTestFinished(() => low[Symbol.asyncDispose]())
  expect(await reasonsOf(low)).toEqual(['DISK_LOW'])
})
