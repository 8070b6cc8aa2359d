import { expect, test } from 'vitest'

import { openIntake, type Intake } from './intake.ts'

const quiet = { info: () => undefined, warn: () => undefined }

interface Bench {
  readonly calls: string[]
  readonly intake: Intake
  pool: string | undefined
}

async function bench(pool: string | undefined): Promise<Bench> {
  const calls: string[] = []
  const call = (name: string) => async (): Promise<void> => void calls.push(name)
  const consumer = {
    pause: call('pause'),
    [Symbol.asyncDispose]: call('dispose'),
  }
  const state = { pool }
  const intake = await openIntake({
    async open(opened) {
      calls.push(`open ${opened}`)
      return consumer
    },
    pool: () => state.pool,
    logger: quiet,
  })
  return Object.assign(state, { calls, intake })
}

/** Says that it can run the orders of this pool now, and lets it do what follows. */
async function becomes(worker: Bench, pool: string | undefined): Promise<void> {
  worker.pool = pool
  worker.intake.update()
  await new Promise(setImmediate)
}

test('a worker that can run nothing asks for no orders until it can', async () => {
  const worker = await bench(undefined)
  await becomes(worker, undefined)
  expect(worker.calls).toEqual([])
  await becomes(worker, 'a')
  await worker.intake[Symbol.asyncDispose]()
  expect(worker.calls).toEqual(['open a', 'pause', 'dispose'])
})

test('a worker that can run other orders than before takes them from another pool', async () => {
  const worker = await bench('a')
  for (const pool of ['b', 'b', 'a']) await becomes(worker, pool)
  await worker.intake.close()
  const closed = ['pause', 'dispose']
  expect(worker.calls).toEqual(['open a', ...closed, 'open b', ...closed, 'open a', ...closed])
})

test('a worker that can no longer run anything pauses, and goes on when it can again', async () => {
  const worker = await bench('a')
  for (const pool of [undefined, 'a', 'a', undefined]) await becomes(worker, pool)
  expect(worker.calls).toEqual(['open a', 'pause', 'dispose', 'open a', 'pause', 'dispose'])
})

test('what is closed stays closed', async () => {
  const worker = await bench('a')
  await worker.intake.close()
  await becomes(worker, 'a')
  await worker.intake.close()
  expect(worker.calls).toEqual(['open a', 'pause', 'dispose'])
})

test('a queue that cannot be reached at the start is an error', async () => {
  const open = (): Promise<never> => Promise.reject(new Error('away'))
  await expect(openIntake({ open, pool: () => '', logger: quiet })).rejects.toThrow('away')
})
