import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { expect, test } from 'vitest'

import { workerId } from '../../packages/domain/src/index.ts'
import { startPlant, type Plant } from './plant.ts'
import { printed, scriptedExecutor, success } from './scripted-executor.ts'

const patient = (gate: string): string => `until [ -e ${gate} ]; do sleep 0.05; done; echo done`

async function untilStatus({ client }: Plant, id: string, status: string): Promise<void> {
  await expect.poll(async () => (await client.worker(id)).status, { timeout: 30_000 }).toBe(status)
}

test('a worker that is drained finishes what it runs and takes nothing new until it is resumed', async () => {
  const plant = await startPlant()
  const gate = path.join(plant.folder, 'gate')
  const { id: worker } = await plant.hireProcess()
  const first = await plant.client.submitTask({ prompt: patient(gate) })
  await plant.until(first.id, ({ status }) => status === 'running')
  const drained = await plant.client.drainWorker(worker)
  expect(drained).toMatchObject({
    status: 'draining',
    running: [{ taskId: first.id, number: 1, stopping: false }],
  })

  const second = await plant.client.submitTask({ prompt: 'echo second' })
  // It holds across a restart of the service, and the heartbeats after it.
  await plant.closeApi()
  await plant.reopenApi()
  const seenAt = (): Promise<number | undefined> =>
    plant.plane.store.read((tx) => tx.workers.find(workerId(worker))?.seenAt.getTime())
  const before = await seenAt()
  await expect.poll(seenAt, { timeout: 30_000 }).not.toBe(before)
  await writeFile(gate, '')
  expect(await plant.untilEnded(first.id)).toMatchObject({ status: 'succeeded', attempts: 1 })
  expect(await plant.client.worker(worker)).toMatchObject({ status: 'draining', running: [] })
  expect(await plant.client.task(second.id)).toMatchObject({ status: 'queued', attempts: 0 })

  await plant.client.resumeWorker(worker)
  await untilStatus(plant, worker, 'online')
  expect(await plant.untilEnded(second.id)).toMatchObject({ status: 'succeeded', attempts: 1 })
})

test('it hears of both at once, and others take what it leaves', async () => {
  // Heartbeats so rare that the test meets none.
  const plant = await startPlant({ leaseMs: 600_000 })
  const executor = scriptedExecutor(async function* () {
    yield printed('x')
    return success()
  })
  await plant.hire({ executor })
  const [drained] = (await plant.client.workers()).items
  await plant.client.drainWorker(drained?.id ?? '')
  await plant.hire({ executor })
  const { id } = await plant.client.submitTask({ prompt: 'x' })
  await plant.untilEnded(id)
  const [attempt] = (await plant.client.attempts(id)).items
  expect(attempt?.workerId).not.toBe(drained?.id)

  await plant.client.resumeWorker(drained?.id ?? '')
  await untilStatus(plant, drained?.id ?? '', 'online')
})
