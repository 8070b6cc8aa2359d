import { expect, test } from 'vitest'

import { openIntake, type Intake } from './intake.ts'

const quiet = { info: () => undefined, warn: () => undefined }

interface Bench {
  readonly calls: string[]
  readonly intake: Intake
  able: boolean
}

async function bench(able: boolean): Promise<Bench> {
  const calls: string[] = []
  const call = (name: string) => async (): Promise<void> => void calls.push(name)
  const consumer = {
    pause: call('pause'),
    [Symbol.asyncDispose]: call('dispose'),
  }
  const state = { able }
  const intake = await openIntake({
    async open() {
      calls.push('open')
      return consumer
    },
    isAble: () => state.able,
    logger: quiet,
  })
  return Object.assign(state, { calls, intake })
}

/** Says that its ability is this now, and lets it do what follows. */
async function becomes(worker: Bench, able: boolean): Promise<void> {
  worker.able = able
  worker.intake.update()
  await new Promise(setImmediate)
}

test('a worker that can run nothing asks for no orders until it can', async () => {
  const worker = await bench(false)
  await becomes(worker, false)
  expect(worker.calls).toEqual([])
  await becomes(worker, true)
  await worker.intake[Symbol.asyncDispose]()
  expect(worker.calls).toEqual(['open', 'pause', 'dispose'])
})

test('a worker that can no longer run anything pauses, and goes on when it can again', async () => {
  const worker = await bench(true)
  for (const able of [false, true, true, false]) await becomes(worker, able)
  expect(worker.calls).toEqual(['open', 'pause', 'dispose', 'open', 'pause', 'dispose'])
})

test('what is closed stays closed', async () => {
  const worker = await bench(true)
  await worker.intake.close()
  await becomes(worker, true)
  await worker.intake.close()
  expect(worker.calls).toEqual(['open', 'pause', 'dispose'])
})

test('a queue that cannot be reached at the start is an error', async () => {
  const open = (): Promise<never> => Promise.reject(new Error('away'))
  await expect(openIntake({ open, isAble: () => true, logger: quiet })).rejects.toThrow('away')
})
