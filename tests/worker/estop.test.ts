import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { taskId } from '../../packages/domain/src/index.ts'
import { countingRemote } from '../effects/counting-remote.ts'
import { git } from '../harness/repository.ts'
import { ALL_STEPS, fiveSteps, stepsIn } from './five-steps.ts'
import { startPlant, type Plant } from './plant.ts'
import { printed, scriptedExecutor, success, untilStopped } from './scripted-executor.ts'

// Heartbeats so rare that no test meets one: what happens sooner was told at once.
const RARE_HEARTBEATS = { leaseMs: 600_000 }

/** A shell that works, starts something of its own, and waits for a file; SIGTERM does not end it. */
const stubborn = (gate: string): string => `
  trap '' TERM
  echo "work of $SLEEPLESS_ATTEMPT_ID" > work.txt
  setsid sleep 1000 &
  echo "pids $$ $!"
  until [ -e ${gate} ]; do sleep 0.05; done
  kill $!
  echo finished`

async function pidsOf(plant: Plant, id: string): Promise<readonly number[]> {
  const [, ...pids] = await waitFor(
    async () => /^pids (\d+) (\d+)$/m.exec(await plant.output(id)) ?? false,
    { description: 'the agent to have begun', timeoutMs: 30_000 },
  )
  return pids.map(Number)
}

function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false
  return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
}

async function statusesOf(plant: Plant, id: string): Promise<readonly string[]> {
  return (await plant.client.attempts(id)).items.map(({ status }) => status)
}

async function triesOf(plant: Plant, id: string): Promise<number | undefined> {
  return (await plant.plane.store.read((tx) => tx.tasks.find(taskId(id))))?.tries
}

describe('an emergency stop', () => {
  test('ends every process of every agent, keeps their work, and all goes on after it', async () => {
    const plant = await startPlant()
    const gate = path.join(plant.folder, 'gate')
    await plant.hireProcess()
    const tasks = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        plant.client.submitTask({ prompt: `${stubborn(gate)}\n# ${name}` }),
      ),
    )
    const ids = tasks.map(({ id }) => id)
    await waitFor(
      async () => {
        const { items } = await plant.client.tasks({ status: 'running' })
        return items.length === 2
      },
      { description: 'both slots to be taken', timeoutMs: 30_000 },
    )
    const { items: running } = await plant.client.tasks({ status: 'running' })
    const pids = (await Promise.all(running.map(({ id }) => pidsOf(plant, id)))).flat()
    expect(pids.filter(isRunning)).toHaveLength(4)

    const stop = await plant.client.stopService('fire')
    expect(stop).toMatchObject({ paused: true, reason: 'fire', attempts: 2 })
    await waitFor(() => !pids.some(isRunning), {
      description: 'all processes to be gone',
      timeoutMs: 10_000,
    })
    for (const id of ids) {
      const task = await plant.until(id, ({ status }) => status === 'queued')
      expect(task.waitingFor).toMatchObject({
        reason: 'paused',
        detail: expect.stringContaining('fire'),
      })
      expect(await triesOf(plant, id)).toBe(0)
    }
    for (const { id } of running) {
      const [attempt] = (await plant.client.attempts(id)).items
      expect(attempt).toMatchObject({ status: 'interrupted', failure: null })
      const repository = path.join(plant.workspacePath, 'thoughts', `${id}.git`)
      const kept = `refs/sleepless/checkpoints/${attempt?.id}:work.txt`
      await waitFor(() => git(repository, 'show', kept) === `work of ${attempt?.id}`, {
        description: 'the work to be kept',
      })
    }

    await writeFile(gate, '')
    await plant.client.resume()
    for (const id of ids) {
      expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded' })
      expect((await statusesOf(plant, id)).filter((status) => status === 'succeeded')).toHaveLength(
        1,
      )
    }
  })

  test('of the real agent lets it go on with its session, and each step is done once', async () => {
    const site = await fiveSteps()
    await site.host('first', { timing: { checkpointMs: 600_000 } })
    const hold = site.holdAt(4)
    const { id } = await site.client.submitTask({ prompt: 'Take five steps.' })
    await hold.reached
    expect(await site.client.stopService()).toMatchObject({ attempts: 1 })
    await site.until(id, ({ status }) => status === 'queued')
    hold.letGo()
    await site.client.resume()
    const { result } = await site.untilEnded(id)
    expect(stepsIn(path.join(site.folder, 'first'), id, result?.commit ?? '')).toBe(ALL_STEPS)
    expect(await statusesOf(site, id)).toEqual(['interrupted', 'succeeded'])
  })

  test('is heard without a heartbeat, and can be said again', async () => {
    const plant = await startPlant(RARE_HEARTBEATS)
    const executor = scriptedExecutor(async function* (_order, context) {
      yield printed('begun\n')
      return untilStopped(context)
    })
    await plant.hire({ executor, concurrency: 1 })
    const { id } = await plant.client.submitTask({ prompt: 'x' })
    await plant.until(id, ({ status }) => status === 'running')
    await plant.client.stopService()
    await plant.until(id, ({ status }) => status === 'queued')
    expect(await plant.client.stopService('again')).toMatchObject({ attempts: 0, reason: 'again' })
    expect(await statusesOf(plant, id)).toEqual(['interrupted'])
  })

  test('lets nothing be pushed that was not begun, and then it is pushed once', async () => {
    const plant = await startPlant(RARE_HEARTBEATS)
    const remote = countingRemote(plant.folder)
    await plant.client.createProject({ name: 'hive', remote: remote.path })
    let runs = 0
    const executor = scriptedExecutor(async function* (_order, { workspacePath }) {
      runs += 1
      yield printed('begun\n')
      await writeFile(path.join(workspacePath, 'bees.txt'), 'buzz\n')
      return success()
    })
    let isStopped = false
    await plant.hire({
      executor,
      between: (api) => ({
        ...api,
        async checkpoint(held, checkpoint) {
          await api.checkpoint(held, checkpoint)
          if (checkpoint.stage !== 'committed' || isStopped) return
          isStopped = true
          await plant.client.stopService()
        },
      }),
    })
    const { id } = await plant.client.submitTask({ prompt: 'Add bees.', project: 'hive' })
    await plant.until(id, ({ status, attempts }) => status === 'queued' && attempts === 1)
    expect(remote.updates()).toEqual([])
    await plant.client.resume()
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 2 })
    expect(remote.updates()).toHaveLength(1)
    expect(runs).toBe(1)
  })
})
