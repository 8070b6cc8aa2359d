import { serviceHealthView, type ServiceHealthView } from '@sleepless/contracts'
import { SCHEDULER_ROLE, takeLead } from '@sleepless/engine'
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
  expect(await healthOf(app)).toEqual({ status: 'ok', scheduler: null })

  const candidacy = { role: SCHEDULER_ROLE, holder: 'host:1:a', after: 0, isHolderGone: false }
  const leader = await store.write((tx) => takeLead(tx, engine, candidacy))
  expect(await healthOf(app)).toEqual({
    status: 'ok',
    scheduler: { name: 'host:1:a', term: 1, since: leader?.since.toISOString() },
  })

  await store.write((tx) => tx.leaseClock.advance(engine.policy.leaseMs))
  expect(await healthOf(app)).toEqual({ status: 'ok', scheduler: null })
})
