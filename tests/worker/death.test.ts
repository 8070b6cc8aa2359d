import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { createTcpProxy, waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { git } from '../harness/repository.ts'
import { startPlant, type Plant } from './plant.ts'

// Leases that no test waits for: what goes on sooner does so for another reason.
const LONG_LEASE = { leaseMs: 60_000 }

/** A shell that works, starts something in the background, and waits for a file to appear. */
function patient(gate: string): string {
  return `
    echo "work of $SLEEPLESS_ATTEMPT_ID" > work.txt
    setsid sleep 1000 &
    echo "pids $$ $!"
    until [ -e ${gate} ]; do sleep 0.05; done
    echo finished`
}

async function untilOutput(plant: Plant, id: string, text: RegExp): Promise<string> {
  return waitFor(
    async () => {
      const output = await plant.output(id)
      return text.test(output) && output
    },
    { description: `output ${text}`, timeoutMs: 30_000 },
  )
}

function pidsIn(output: string): number[] {
  return [...output.matchAll(/^pids (\d+) (\d+)$/gm)].flatMap(([, a, b]) => [Number(a), Number(b)])
}

function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false
  return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
}

function checkpointOf(plant: Plant, task: string, attempt: string): string {
  const repository = path.join(plant.workspacePath, 'thoughts', `${task}.git`)
  return git(repository, 'show', `refs/sleepless/checkpoints/${attempt}:work.txt`)
}

function leftIn(plant: Plant, folder: string): readonly string[] {
  return readdirSync(path.join(plant.workspacePath, folder))
}

test('a worker whose connections hang half-open counts as lost, and its task goes on elsewhere', async () => {
  const plant = await startPlant()
  await using proxy = await createTcpProxy({ targetPort: Number(new URL(plant.url).port) })
  const gate = path.join(plant.folder, 'gate')
  const first = await plant.hireProcess({ url: `http://127.0.0.1:${proxy.port}` })
  const { id } = await plant.client.submitTask({ prompt: patient(gate) })
  const pids = pidsIn(await untilOutput(plant, id, /^pids/m))

  // No packet comes through any more, and nobody is told.
  proxy.pause('both')
  const workspacePath = path.join(plant.folder, 'other')
  // The hung one has as many free slots, and would be the first to be given the order.
  const second = await plant.hireProcess({ workspacePath, concurrency: 1 })
  await plant.until(id, ({ attempts, status }) => attempts === 2 && status === 'running')
  const [lost, running] = (await plant.client.attempts(id)).items
  expect(lost).toMatchObject({ workerId: first.id, failure: { code: 'WORKER_LOST' } })
  expect(running).toMatchObject({ workerId: second.id, status: 'running', number: 2 })

  // What was held back arrives, and changes nothing but that the agent is stopped.
  await proxy.heal()
  await waitFor(() => !pids.some(isRunning), { description: 'the first agent to be stopped' })
  git(plant.folder, 'init', '--quiet', gate)
  expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 2 })
})

describe('a worker that is killed', () => {
  test('is noticed by its connection, and its task goes on elsewhere soon', async () => {
    const plant = await startPlant(LONG_LEASE)
    const gate = path.join(plant.folder, 'gate')
    const first = await plant.hireProcess()
    const { id } = await plant.client.submitTask({ prompt: patient(gate) })
    const pids = pidsIn(await untilOutput(plant, id, /^pids/m))
    await plant.hireProcess({ workspacePath: path.join(plant.folder, 'other') })
    first.signal('SIGKILL')
    await first.ended
    // Some 1.3 s later; the lease alone would take a minute.
    await plant.until(id, ({ attempts, status }) => attempts === 2 && status === 'running')
    await waitFor(() => !pids.some(isRunning), { description: 'the tree to be gone' })
    await untilOutput(plant, id, /\[attempt 2\]\npids/)
    const gone = await plant.plane.store.read((tx) => tx.workers.list())
    expect(gone.map(({ status }) => status)).toEqual(['lost', 'online'])
  })

  test('leaves its work to the next one of its home, which keeps it and cleans up', async () => {
    const plant = await startPlant(LONG_LEASE)
    const first = await plant.hireProcess()
    const { id } = await plant.client.submitTask({ prompt: patient('/nonexistent') })
    const pids = pidsIn(await untilOutput(plant, id, /^pids/m))
    const [attempt] = (await plant.client.attempts(id)).items
    await plant.client.pause()
    first.signal('SIGKILL')
    await first.ended
    await plant.hireProcess()
    await plant.until(id, ({ status }) => status === 'queued')
    await waitFor(() => leftIn(plant, 'tasks').length === 0, { description: 'no workspace left' })
    expect(checkpointOf(plant, id, attempt?.id ?? '')).toBe(`work of ${attempt?.id}`)
    expect(pids.filter(isRunning)).toEqual([])
    expect((await plant.client.attempts(id)).items[0]).toMatchObject({
      status: 'lost',
      failure: { code: 'WORKER_LOST' },
    })
  })

  test('while the api is away has told it all, through the next one of its home', async () => {
    const plant = await startPlant(LONG_LEASE)
    const gate = path.join(plant.folder, 'gate')
    const first = await plant.hireProcess()
    const prompt = `echo begun; until [ -e ${gate} ]; do sleep 0.05; done
      n=0; while [ $n -lt 300 ]; do echo "line $n"; n=$((n + 1)); done; echo last; touch ${gate}.told; sleep 1000`
    const { id } = await plant.client.submitTask({ prompt })
    await untilOutput(plant, id, /begun/)
    await plant.closeApi()
    git(plant.folder, 'init', '--quiet', gate)
    await waitFor(() => existsSync(`${gate}.told`), { description: 'the agent to have told all' })
    await waitFor(() => journalHolds(plant, 'last'), { description: 'the journal to have it' })
    first.signal('SIGKILL')
    await first.ended
    await plant.hireProcess()
    await plant.reopenApi()
    await plant.client.pause()
    await plant.until(id, ({ status }) => status === 'queued')
    const lines = Array.from({ length: 300 }, (_none, n) => `line ${n}\n`).join('')
    expect((await plant.output(id)).split('[attempt 2]')[0]).toBe(`begun\n${lines}last\n`)
  })

  test('after its attempt has ended ends it all the same', async () => {
    const plant = await startPlant(LONG_LEASE)
    const gate = path.join(plant.folder, 'gate')
    const first = await plant.hireProcess()
    const prompt = `echo begun; until [ -e ${gate} ]; do sleep 0.05; done; echo failing; exit 3`
    const { id } = await plant.client.submitTask({ prompt })
    await untilOutput(plant, id, /begun/)
    await plant.closeApi()
    git(plant.folder, 'init', '--quiet', gate)
    await waitFor(() => journalHolds(plant, '"type":"ended"'), { description: 'the ending' })
    first.signal('SIGKILL')
    await first.ended
    await plant.hireProcess()
    await plant.reopenApi()
    await waitFor(
      async () => (await plant.client.attempts(id)).items[0]?.status !== 'running' || undefined,
      { description: 'the attempt to end' },
    )
    expect((await plant.client.attempts(id)).items[0]).toMatchObject({ status: 'failed' })
    expect(await plant.output(id)).toContain('begun\nfailing\n')
  })

  test('each time by its task fails that task in the end', async () => {
    const plant = await startPlant(LONG_LEASE)
    const { id } = await plant.client.submitTask({
      prompt: 'kill -9 $(ps -o ppid= -p $$); sleep 1000',
    })
    for (let n = 0; n < 3; n++) {
      const worker = await plant.hireProcess()
      await worker.ended
    }
    await plant.hireProcess()
    expect(await plant.untilEnded(id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      failure: { code: 'WORKER_LOST' },
    })
  })
})

describe('a worker that is frozen', () => {
  test('for longer than its lease writes nothing more, and its agent is stopped', async () => {
    const plant = await startPlant()
    const gate = path.join(plant.folder, 'gate')
    const frozen = await plant.hireProcess()
    const chatty = `setsid sleep 1000 & echo "pids $$ $!"; while :; do echo "$SLEEPLESS_ATTEMPT_ID"; [ -e ${gate} ] && exit; sleep 0.02; done`
    const { id } = await plant.client.submitTask({ prompt: chatty })
    const pids = pidsIn(await untilOutput(plant, id, /^pids/m))
    const [first] = (await plant.client.attempts(id)).items
    frozen.signal('SIGSTOP')
    await plant.hireProcess({ workspacePath: path.join(plant.folder, 'other') })
    await untilOutput(plant, id, /\[attempt 2\]\npids/)
    const eventsBefore = await eventsOf(plant, first?.id)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    frozen.signal('SIGCONT')
    await waitFor(() => !pids.some(isRunning), { description: 'its agent to be stopped' })
    await waitFor(() => leftIn(plant, 'tasks').length === 0, { description: 'no workspace left' })
    expect(await eventsOf(plant, first?.id)).toEqual(eventsBefore)
    const [, second = ''] = (await plant.output(id)).split('[attempt 2]\n')
    expect(second).not.toContain(first?.id)
    git(plant.folder, 'init', '--quiet', gate)
    expect((await plant.untilEnded(id)).status).toBe('succeeded')
  })
})

describe('a worker that is asked to stop', () => {
  test('lets what runs end by itself', async () => {
    const plant = await startPlant(LONG_LEASE)
    const gate = path.join(plant.folder, 'gate')
    const worker = await plant.hireProcess({ timing: { graceMs: 60_000 } })
    const { id } = await plant.client.submitTask({ prompt: patient(gate) })
    await untilOutput(plant, id, /^pids/m)
    worker.signal('SIGTERM')
    await waitFor(async () => (await statuses(plant)).includes('draining'), {
      description: 'the worker to drain',
    })
    git(plant.folder, 'init', '--quiet', gate)
    expect(await plant.untilEnded(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(await worker.ended).toBe(0)
    expect(await statuses(plant)).toEqual(['left'])
  })

  test('twice does not wait, keeps the work, and the task goes on elsewhere', async () => {
    const plant = await startPlant(LONG_LEASE)
    const worker = await plant.hireProcess({ timing: { graceMs: 60_000 } })
    const { id } = await plant.client.submitTask({ prompt: patient('/nonexistent') })
    const pids = pidsIn(await untilOutput(plant, id, /^pids/m))
    await plant.client.pause()
    worker.signal('SIGTERM')
    await waitFor(async () => (await statuses(plant)).includes('draining'), {
      description: 'the worker to drain',
    })
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
    const [attempt] = (await plant.client.attempts(id)).items
    expect(attempt).toMatchObject({ status: 'interrupted' })
    expect(await plant.client.task(id)).toMatchObject({ status: 'queued' })
    expect(checkpointOf(plant, id, attempt?.id ?? '')).toBe(`work of ${attempt?.id}`)
    expect(pids.filter(isRunning)).toEqual([])
  })

  test('while the api is away leaves the ending to the next one of its home', async () => {
    const plant = await startPlant(LONG_LEASE)
    const worker = await plant.hireProcess({ timing: { stopDeadlineMs: 1000 } })
    const { id } = await plant.client.submitTask({ prompt: patient('/nonexistent') })
    await untilOutput(plant, id, /^pids/m)
    await plant.closeApi()
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
    await plant.reopenApi()
    await plant.client.pause()
    expect(await plant.client.task(id)).toMatchObject({ status: 'running' })
    await plant.hireProcess()
    await plant.until(id, ({ status }) => status === 'queued')
    const [attempt] = (await plant.client.attempts(id)).items
    expect(attempt).toMatchObject({ status: 'interrupted' })
    expect(checkpointOf(plant, id, attempt?.id ?? '')).toBe(`work of ${attempt?.id}`)
  })
})

test('a cancel takes the whole tree with it, and keeps the work', async () => {
  const plant = await startPlant()
  await plant.hireProcess()
  const { id } = await plant.client.submitTask({ prompt: patient('/nonexistent') })
  const pids = pidsIn(await untilOutput(plant, id, /^pids/m))
  const canceledMs = performance.now()
  await plant.client.cancelTask(id)
  expect((await plant.untilEnded(id)).status).toBe('canceled')
  expect(pids.filter(isRunning)).toEqual([])
  expect(performance.now() - canceledMs).toBeLessThan(10_000)
  await waitFor(() => leftIn(plant, 'tasks').length === 0, { description: 'no workspace left' })
  const [attempt] = (await plant.client.attempts(id)).items
  expect(checkpointOf(plant, id, attempt?.id ?? '')).toBe(`work of ${attempt?.id}`)
})

async function statuses(plant: Plant): Promise<readonly string[]> {
  const workers = await plant.plane.store.read((tx) => tx.workers.list())
  return workers.map(({ status }) => status)
}

async function eventsOf(plant: Plant, attempt: string | undefined): Promise<readonly number[]> {
  const events = await plant.plane.store.read((tx) =>
    tx.events.list({}, { after: 0, limit: 10_000 }),
  )
  return events.filter(({ attemptId }) => attemptId === attempt).map(({ id }) => id)
}

function journalHolds(plant: Plant, text: string): boolean {
  const folder = path.join(plant.workspacePath, 'journal')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.journal'))
    .some((file) => readFileSync(path.join(folder, file), 'utf8').includes(text))
}
