import { expect, test } from 'vitest'

import { createSharedTurns } from './shared-turns.ts'

/** Work that ends when told to, and counts its runs. */
function work(): {
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly runs: { readonly finish: () => void; readonly fail: () => void; signal: AbortSignal }[]
} {
  const runs: ReturnType<typeof work>['runs'] = []
  return {
    runs,
    run: (signal) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new Error('failed'))
        signal.addEventListener('abort', fail)
        runs.push({ finish: resolve, fail, signal })
      }),
  }
}

const never = new AbortController().signal
/** How a promise ends, watched from the start so that no rejection goes unhandled. */
const ending = (turn: Promise<void>): Promise<unknown> => turn.then(() => 'done', String)
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

test('callers who come during a run share the next one', async () => {
  const { run, runs } = work()
  const turn = createSharedTurns(run)
  const first = turn(never)
  await settled()
  const others = Promise.all([turn(never), turn(never)])
  await settled()
  expect(runs).toHaveLength(1)
  runs[0]?.finish()
  await first
  await settled()
  expect(runs).toHaveLength(2)
  runs[1]?.finish()
  await others
  expect(runs).toHaveLength(2)
})

test('a run that fails does not stop the next one', async () => {
  const { run, runs } = work()
  const turn = createSharedTurns(run)
  const first = turn(never)
  const failed = ending(first)
  await settled()
  const second = turn(never)
  runs[0]?.fail()
  expect(await failed).toBe('Error: failed')
  await settled()
  runs[1]?.finish()
  await expect(second).resolves.toBeUndefined()
})

test('one caller who leaves does not abort the run of another', async () => {
  const { run, runs } = work()
  const turn = createSharedTurns(run)
  const blocker = turn(never)
  await settled()
  const leaving = new AbortController()
  const left = ending(turn(leaving.signal))
  const stays = turn(never)
  leaving.abort()
  expect(await left).toContain('AbortError')
  runs[0]?.finish()
  await blocker
  await settled()
  runs[1]?.finish()
  await expect(stays).resolves.toBeUndefined()
})

test('a run is aborted when nobody waits for it any more', async () => {
  const { run, runs } = work()
  const turn = createSharedTurns(run)
  const leaving = new AbortController()
  const left = ending(turn(leaving.signal))
  await settled()
  leaving.abort()
  expect(await left).toContain('AbortError')
  expect(runs[0]?.signal.aborted).toBe(true)
})

test('a caller after an aborted run gets a new one', async () => {
  const { run, runs } = work()
  const turn = createSharedTurns(run)
  const leaving = new AbortController()
  const left = ending(turn(leaving.signal))
  await settled()
  leaving.abort()
  const next = turn(never)
  expect(await left).toContain('AbortError')
  await settled()
  runs[1]?.finish()
  await expect(next).resolves.toBeUndefined()
})

test('nobody waits who has been aborted before', async () => {
  const { run, runs } = work()
  await expect(createSharedTurns(run)(AbortSignal.abort())).rejects.toThrow('aborted')
  expect(runs).toHaveLength(0)
})
