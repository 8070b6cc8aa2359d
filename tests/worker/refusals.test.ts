import { readdirSync } from 'node:fs'
import path from 'node:path'

import { ApiError } from '@sleepless/contracts'
import { waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { startPlant, type Plant } from './plant.ts'
import { printed, scriptedExecutor, success } from './scripted-executor.ts'

function problem(status: number): ApiError {
  return new ApiError({ type: 'about:blank', title: 'x', status, detail: 'x', code: 'X' })
}

const diligent = scriptedExecutor(async function* () {
  yield printed('work\n')
  return success()
})

function journalsOf(plant: Plant): readonly string[] {
  const folder = path.join(plant.workspacePath, 'journal')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.journal'),
  )
}

describe('an ending that the service', () => {
  test('has taken, but whose answer is lost, is told again and taken again', async () => {
    const plant = await startPlant()
    let told = 0
    await plant.hire({
      executor: diligent,
      between: (api) => ({
        ...api,
        async finish(held, body) {
          await api.finish(held, body)
          told++
          if (told === 1) throw problem(503)
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
    await expect.poll(() => told).toBe(2)
    await expect.poll(() => journalsOf(plant)).toEqual([])
  })

  test('refuses for good gives the attempt up at once', async () => {
    const plant = await startPlant({ leaseMs: 60_000 })
    let refusals = 1
    await plant.hire({
      executor: diligent,
      between: (api) => ({
        ...api,
        async finish(held, body) {
          if (refusals-- > 0) throw problem(400)
          await api.finish(held, body)
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
    expect((await plant.client.attempts(id)).items[0]).toMatchObject({ status: 'lost' })
  })

  test('fails at for too long does not keep the slot, and stays in the journal', async () => {
    const plant = await startPlant()
    let isBroken = true
    await plant.hire({
      executor: diligent,
      patience: { awayMs: 60_000, brokenMs: 100 },
      between: (api) => ({
        ...api,
        async finish(held, body) {
          if (isBroken) throw problem(500)
          await api.finish(held, body)
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await waitFor(
      async () => (await plant.client.attempts(id)).items[0]?.status === 'lost' || undefined,
      { description: 'the attempt to be lost' },
    )
    expect(journalsOf(plant).length).toBeGreaterThan(0)
    isBroken = false
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
  })
})
