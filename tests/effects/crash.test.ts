import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { waitFor } from '@sleepless/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

import { ids, TOKENS } from '../../apps/api/src/test-kit/control-plane.ts'
import { startPlant, type Plant } from '../worker/plant.ts'
import { countingRemote, NOWHERE, type CountingRemote } from './counting-remote.ts'
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts'

interface Site extends Plant {
  readonly remote: CountingRemote
  /** How often an agent has run. */
  agentRuns(): number
  /** Starts a worker on a host of its own, or on that of another. */
  employ(host: string, diesAt?: string): Promise<WorkerProcess>
}

/** Orders go to the worker that was employed last. */
async function startSite(): Promise<Site> {
  const plant = await startPlant({ claimDeadlineMs: 4000 })
  const remote = countingRemote(plant.folder)
  await plant.client.createProject({ name: 'hive', remote: remote.path })
  const agentLog = path.join(plant.folder, 'agents')
  let current: WorkerProcess | undefined
  const consumer = await plant.plane.queue.consume(async (order) => current?.give(order), {
    concurrency: 9,
    pool: '',
  })
  onTestFinished(() => consumer[Symbol.asyncDispose]())
  return {
    ...plant,
    remote,
    agentRuns: () => readFileSync(agentLog, 'utf8').trim().split('\n').length,
    async employ(host, diesAt) {
      const worker = await startWorkerProcess({
        url: plant.url,
        token: TOKENS.worker,
        workerId: ids.workerId(),
        root: path.join(plant.folder, host),
        agentLog,
        diesAt,
      })
      onTestFinished(() => worker[Symbol.asyncDispose]())
      current = worker
      return worker
    },
  }
}

/** Submits a task to a worker that dies, and gives it to another when that one is dead. */
async function survive(site: Site, diesAt: string | undefined, second = 'second') {
  const first = await site.employ('first', diesAt)
  const { id } = await site.client.submitTask({ prompt: 'Add bees', project: 'hive' })
  await waitFor(() => !first.isAlive(), { description: 'the first worker to die' })
  await site.employ(second)
  return site.untilEnded(id)
}

const POINTS = [
  ['before the push is begun', 'before beginEffect'],
  ['between begin and push', 'after beginEffect'],
  ['at the start of the push', 'before push'],
  ['between push and completion', 'after push'],
  ['as it says that the push is done', 'before completeEffect'],
  ['when the push is done and said to be', 'after completeEffect'],
] as const

describe('a worker that is killed', () => {
  test.each(POINTS)('%s: the branch is updated once, and the agent ran once', async (_when, at) => {
    const site = await startSite()
    const task = await survive(site, at)
    const { commit, branch } = task.result ?? {}
    expect(task).toMatchObject({ status: 'succeeded', attempts: 2, result: { costUsd: 0.001 } })
    expect(site.remote.updates()).toEqual([`refs/heads/${branch} ${NOWHERE} ${commit}`])
    expect(site.agentRuns()).toBe(1)
  })

  test('during a push that hangs: the push ends with it, and the branch is updated once', async () => {
    const site = await startSite()
    const pidFile = path.join(site.folder, 'pid')
    const hungFile = path.join(site.folder, 'hung')
    const hang = `echo $$ > ${hungFile}; kill -9 $(cat ${pidFile}); sleep 600`
    site.remote.hook('pre-receive', `if [ ! -e ${hungFile} ]; then ${hang}; fi`)
    const first = await site.employ('first')
    writeFileSync(pidFile, String(first.pid))
    const { id } = await site.client.submitTask({ prompt: 'Add bees', project: 'hive' })
    await waitFor(() => !first.isAlive(), { description: 'the first worker to die' })
    const hung = Number(readFileSync(hungFile, 'utf8'))
    await waitFor(() => !existsSync(`/proc/${hung}`), { description: 'the push to end' })
    await site.employ('second')
    const task = await site.untilEnded(id)
    expect(task.status).toBe('succeeded')
    const { commit, branch } = task.result ?? {}
    expect(site.remote.updates()).toEqual([`refs/heads/${branch} ${NOWHERE} ${commit}`])
    expect(site.agentRuns()).toBe(1)
  })

  test('during the push, which may have gone on without it for a moment', async () => {
    const site = await startSite()
    const pidFile = path.join(site.folder, 'pid')
    site.remote.hook(
      'pre-receive',
      `if [ -e ${pidFile} ]; then pid=$(cat ${pidFile}); rm ${pidFile}; kill -9 $pid; sleep 0.5; fi`,
    )
    const first = await site.employ('first')
    writeFileSync(pidFile, String(first.pid))
    const { id } = await site.client.submitTask({ prompt: 'Add bees', project: 'hive' })
    await waitFor(() => !first.isAlive(), { description: 'the first worker to die' })
    await site.employ('second')
    const task = await site.untilEnded(id)
    const { commit, branch } = task.result ?? {}
    expect(task.status).toBe('succeeded')
    expect(site.remote.updates()).toEqual([`refs/heads/${branch} ${NOWHERE} ${commit}`])
    expect(site.agentRuns()).toBe(1)
  })

  test('before its commit is stored: the agent runs again, and the branch is updated once', async () => {
    const site = await startSite()
    const task = await survive(site, 'before checkpoint')
    expect(task.status).toBe('succeeded')
    expect(site.remote.updates()).toHaveLength(1)
    expect(site.agentRuns()).toBe(2)
  })

  test('is followed by one on the same host, which has the commit', async () => {
    const site = await startSite()
    const task = await survive(site, 'after checkpoint', 'first')
    expect(task.status).toBe('succeeded')
    expect(site.agentRuns()).toBe(1)
    const diff = await site.client.diff(task.id)
    expect(diff).toContain('bees.txt')
  })
})
