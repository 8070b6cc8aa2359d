import path from 'node:path'

import { serviceHealthView, type ServiceHealthView } from '@sleepless/contracts'
import { SCHEDULER_ROLE, takeLead } from '@sleepless/engine'
import { auditDatabase } from '@sleepless/storage'
import { expect, onTestFinished, test } from 'vitest'

import { injectedApp, type InjectedApp } from '../test-kit/injected-app.ts'

async function healthOf(app: InjectedApp): Promise<ServiceHealthView> {
  const answer = await app.send({ method: 'GET', url: '/v1/health' })
  return serviceHealthView.parse(answer.json())
}

test('the health of the service says which scheduler leads, while it is heard of', async () => {
  const app = await injectedApp()
  onTestFinished(() => app[Symbol.asyncDispose]())
  const { store, engine } = app.plane
  expect(await healthOf(app)).toMatchObject({ status: 'ok', scheduler: null })

  const candidacy = { role: SCHEDULER_ROLE, holder: 'host:1:a', after: 0, isHolderGone: false }
  const leader = await store.write((tx) => takeLead(tx, engine, candidacy))
  expect(await healthOf(app)).toMatchObject({
    status: 'ok',
    scheduler: { name: 'host:1:a', term: 1, since: leader?.since.toISOString() },
  })

  await store.write((tx) => tx.leaseClock.advance(engine.policy.leaseMs))
  expect(await healthOf(app)).toMatchObject({ status: 'ok', scheduler: null })
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
