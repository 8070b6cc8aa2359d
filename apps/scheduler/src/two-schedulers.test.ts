import { seededRandom, waitFor } from '@sleepless/testing'
import { describe, expect, onTestFailed, test } from 'vitest'

import { startPlant, type Plant, type SchedulerProcess } from './test-kit/plant.ts'

async function startTwo(
  plant: Plant,
): Promise<{ leader: SchedulerProcess; standby: SchedulerProcess }> {
  const both = [plant.startScheduler(), plant.startScheduler()]
  onTestFailed(() => {
    // oxlint-disable-next-line no-console -- what a failed run is judged by
    for (const one of both) console.log(one.output())
  })
  const leader = await leaderOf(both)
  const standby = both.find((one) => one !== leader)
  if (standby === undefined) throw new Error('both lead')
  await waitFor(() => standby.output().includes('standing by'), {
    description: 'the other to stand by',
    timeoutMs: 30_000,
  })
  return { leader, standby }
}

function leaderOf(schedulers: readonly SchedulerProcess[]): Promise<SchedulerProcess> {
  return waitFor(() => schedulers.find((one) => one.leads()), {
    description: 'a leader',
    timeoutMs: 30_000,
  })
}

function allEnded(plant: Plant, count: number): Promise<unknown> {
  return waitFor(async () => (await plant.ended()) === count, {
    description: `${count} tasks to end`,
    timeoutMs: 50_000,
  })
}

function openAttempts(plant: Plant): Promise<readonly number[]> {
  return plant.store.read((tx) => {
    const tasks = tx.tasks.list({}, { limit: 1_000_000 })
    return tasks.map(
      ({ id }) => tx.attempts.ofTask(id).filter(({ status }) => status !== 'expired').length,
    )
  })
}

describe('a leader', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'that gets %s is followed at once, however long its lease is',
    async (signal) => {
      const plant = await startPlant({ leaseMs: 600_000 })
      const { leader, standby } = await startTwo(plant)
      await plant.work(2)

      const stopped = leader.stop(signal)
      const [task] = await plant.submit(1)

      await waitFor(() => standby.leads(), { description: 'the standby to lead' })
      await allEnded(plant, 1)
      await stopped
      expect(plant.delivered.map(({ taskId }) => taskId)).toEqual([task?.id])
      expect(await plant.store.read((tx) => tx.leaders.find('scheduler')?.term)).toBe(2)
    },
  )

  test('that is frozen for several leases decides nothing when it wakes', async () => {
    const leaseMs = 1000
    const plant = await startPlant({ leaseMs })
    const { leader, standby } = await startTwo(plant)
    // Frozen in the middle of it, with a free slot for every task that comes.
    await plant.greet(1000)
    const before = plant.submit(100)
    leader.signal('SIGSTOP')
    await before
    await waitFor(() => standby.leads(), { description: 'the standby to lead' })
    await plant.work(50)
    await plant.submit(100)
    await allEnded(plant, 200)

    leader.signal('SIGCONT')
    await plant.submit(100)
    await allEnded(plant, 300)

    await waitFor(() => leader.output().includes('another scheduler leads'), {
      description: 'the frozen one to stand by',
    })
    expect(await plant.store.read((tx) => tx.leaders.find('scheduler')?.term)).toBe(2)
    expect(await openAttempts(plant)).toEqual(Array.from({ length: 300 }, () => 1))
    expect(plant.doubled).toEqual([])
  })
})

test('two under load, killed and frozen at any moment, dispatch no task twice', async () => {
  const seed = Date.now() % 100_000
  // oxlint-disable-next-line no-console -- what it can be repeated with
  onTestFailed(() => console.log({ seed }))
  const random = seededRandom(seed)
  const plant = await startPlant({ leaseMs: 1000 })
  let schedulers = [plant.startScheduler(), plant.startScheduler()]
  await plant.work(20)
  await leaderOf(schedulers)

  const moments = 12
  const perMoment = 50
  for (let moment = 0; moment < moments; moment += 1) {
    const submitted = plant.submit(perMoment)
    await new Promise((resolve) => setTimeout(resolve, random.next() * 300))
    const victim = schedulers.find((one) => one.leads()) ?? schedulers[0]
    if (random.chance(0.5)) {
      await victim?.stop('SIGKILL')
      schedulers = [...schedulers.filter((one) => one.isRunning()), plant.startScheduler()]
    } else {
      victim?.signal('SIGSTOP')
      setTimeout(() => victim?.signal('SIGCONT'), random.next() * 3000)
    }
    await submitted
    await new Promise((resolve) => setTimeout(resolve, random.next() * 700))
  }

  await allEnded(plant, moments * perMoment)
  expect(plant.doubled).toEqual([])
  expect(await openAttempts(plant)).toEqual(Array.from({ length: moments * perMoment }, () => 1))
}, 120_000)
