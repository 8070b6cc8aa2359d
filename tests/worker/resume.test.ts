import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { rateLimitTurn, waitFor } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { countingRemote } from '../effects/counting-remote.ts'
import { git } from '../harness/repository.ts'
import { ALL_STEPS, fiveSteps, stepsIn, type FiveSteps } from './five-steps.ts'
import { startPlant, type Plant } from './plant.ts'
import { printed, scriptedExecutor, success } from './scripted-executor.ts'

const WORDS = 'Take five steps.'

async function warnings(site: Plant, id: string): Promise<readonly string[]> {
  const { items } = await site.client.taskEvents(id, { limit: 200 })
  return items
    .filter(({ type }) => type === 'attempt.warned')
    .map(({ data }) => String(data['message']))
}

async function sessions(site: FiveSteps, id: string): Promise<readonly unknown[]> {
  return (await site.client.attempts(id)).items.map(({ sessionId }) => sessionId)
}

async function stepsOf(site: FiveSteps, id: string, host: string): Promise<string | undefined> {
  const { result } = await site.untilEnded(id)
  return stepsIn(path.join(site.folder, host), id, result?.commit ?? '')
}

describe('a worker of another host goes on with the session', () => {
  test('after kill -9, and each step is done once', async () => {
    const site = await fiveSteps()
    const first = await site.host('first')
    const hold = site.holdAt(4)
    const { id } = await site.client.submitTask({ prompt: WORDS })
    await site.untilKept(id, '1\n2\n3')
    await site.host('second')
    first.signal('SIGKILL')
    await first.ended
    hold.letGo()
    expect(await stepsOf(site, id, 'second')).toBe(ALL_STEPS)
    const [before, after] = await sessions(site, id)
    expect(after).toBe(before)
    expect(await warnings(site, id)).toEqual([])
    const { items } = await site.client.attempts(id)
    expect(items.map(({ status }) => status)).toEqual(['lost', 'succeeded'])
  })

  test('of a task with a project, and pushes one commit with all that was done', async () => {
    const site = await fiveSteps()
    const remote = countingRemote(site.folder)
    await site.client.createProject({ name: 'hive', remote: remote.path })
    const first = await site.host('first')
    const hold = site.holdAt(4)
    const { id } = await site.client.submitTask({ prompt: WORDS, project: 'hive' })
    await site.untilKept(id, '1\n2\n3')
    await site.host('second')
    first.signal('SIGKILL')
    hold.letGo()
    const { status, result } = await site.untilEnded(id)
    expect(status).toBe('succeeded')
    expect(git(remote.path, 'show', `${result?.commit}:steps.txt`)).toBe(ALL_STEPS)
    expect(git(remote.path, 'rev-list', '--count', `${result?.commit}`, '^main')).toBe('1')
    expect(remote.updates()).toHaveLength(1)
    expect(new Set(await sessions(site, id)).size).toBe(1)
  })

  test('again and again', async () => {
    const site = await fiveSteps()
    let worker = await site.host('host-0')
    const { id } = await (async () => {
      const hold = site.holdAt(3)
      const task = await site.client.submitTask({ prompt: WORDS })
      await site.untilKept(task.id, '1\n2')
      const next = await site.host('host-1')
      worker.signal('SIGKILL')
      worker = next
      site.holdAt(5)
      hold.letGo()
      return task
    })()
    await site.untilKept(id, '1\n2\n3\n4')
    await site.host('host-2')
    const hold = site.holdAt(5)
    worker.signal('SIGKILL')
    await worker.ended
    hold.letGo()
    expect(await stepsOf(site, id, 'host-2')).toBe(ALL_STEPS)
    expect(new Set(await sessions(site, id)).size).toBe(1)
  })

  test('as of the last moment at which files and transcript fit', async () => {
    const marker = path.join('/tmp', `sleepless-resume-${process.pid}`)
    // The model thinks after the first step alone; in the fourth, the agent hangs once.
    const hang = `; [ -e ${marker} ] || { touch ${marker}; tail -f /dev/null; }`
    const site = await fiveSteps({
      thinkMs: (step) => (step === 2 ? 3000 : 0),
      besides: (step) => (step === 4 ? hang : ''),
    })
    try {
      const first = await site.host('first')
      const { id } = await site.client.submitTask({ prompt: WORDS })
      await site.untilKept(id, '1')
      await site.until(id, () => site.model.requestCount >= 4)
      await site.host('second')
      first.signal('SIGKILL')
      expect(await stepsOf(site, id, 'second')).toBe(ALL_STEPS)
      expect(new Set(await sessions(site, id)).size).toBe(1)
    } finally {
      rmSync(marker, { force: true })
    }
  })

  test('after a stop in order', async () => {
    const site = await fiveSteps()
    const first = await site.host('first', { timing: { checkpointMs: 600_000 } })
    const hold = site.holdAt(4)
    const { id } = await site.client.submitTask({ prompt: WORDS })
    await hold.reached
    await site.host('second')
    first.signal('SIGTERM')
    expect(await first.ended).toBe(0)
    hold.letGo()
    expect(await stepsOf(site, id, 'second')).toBe(ALL_STEPS)
    expect(new Set(await sessions(site, id)).size).toBe(1)
    expect(await warnings(site, id)).toEqual([])
    const { items } = await site.client.attempts(id)
    expect(items.map(({ status }) => status)).toEqual(['interrupted', 'succeeded'])
  })

  test('after a park', async () => {
    let isSpent = true
    const reset = `${Math.ceil(Date.now() / 1000) + 6}`
    const headers = {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': reset,
    }
    const site = await fiveSteps({
      instead: (step) => (step === 3 && isSpent ? rateLimitTurn(3600, { headers }) : undefined),
    })
    await site.host('only', { timing: { checkpointMs: 600_000 } })
    const { id } = await site.client.submitTask({ prompt: WORDS })
    await site.until(id, (task) => task.waitingFor?.reason === 'quota')
    isSpent = false
    expect(await stepsOf(site, id, 'only')).toBe(ALL_STEPS)
    expect(new Set(await sessions(site, id)).size).toBe(1)
  })

  test('and hears what was said meanwhile', async () => {
    const site = await fiveSteps()
    const first = await site.host('first')
    const hold = site.holdAt(4)
    const { id } = await site.client.submitTask({ prompt: WORDS })
    await site.untilKept(id, '1\n2\n3')
    await site.client.pause()
    first.signal('SIGKILL')
    await first.ended
    await site.until(id, ({ status }) => status === 'queued')
    await site.client.sendMessage(id, 'Mind the bees.')
    hold.letGo()
    await site.host('second')
    await site.client.resume()
    expect(await stepsOf(site, id, 'second')).toBe(ALL_STEPS)
    const told = JSON.stringify(site.model.requests.at(-1)?.body.messages)
    expect(told.split('Mind the bees.')).toHaveLength(2)
    expect((await site.client.task(id)).messages).toEqual({ received: 1, undelivered: 0 })
  })
})

describe('the agent starts anew, and the task says so,', () => {
  test('when it was lost before there was anything to go on from', async () => {
    const site = await fiveSteps()
    const first = await site.host('first')
    const hold = site.holdAt(1)
    const { id } = await site.client.submitTask({ prompt: WORDS })
    await hold.reached
    await site.host('second')
    first.signal('SIGKILL')
    hold.letGo()
    expect(await stepsOf(site, id, 'second')).toBe(ALL_STEPS)
    expect(await warnings(site, id)).toEqual([
      'There is nothing of an earlier attempt to go on from: the agent starts anew.',
    ])
  })

  test.each([
    ['work', /^work-\d\.bundle$/],
    ['transcript', /^session-\d\.jsonl$/],
  ])('when the %s is gone', async (_what, name) => {
    const site = await fiveSteps()
    const first = await site.host('first')
    const hold = site.holdAt(4)
    const { id } = await site.client.submitTask({ prompt: WORDS })
    await site.untilKept(id, '1\n2\n3')
    removeResults(site, name)
    await site.host('second')
    first.signal('SIGKILL')
    hold.letGo()
    expect(await stepsOf(site, id, 'second')).toBe(ALL_STEPS)
    expect(await warnings(site, id)).toEqual([
      'What an earlier agent left is not to be had any more: the agent starts anew.',
    ])
  })
})

test('a session that the agent refuses is begun anew, in a workspace without what it had done', async () => {
  const plant = await startPlant()
  const seen: (string | undefined)[] = []
  const refusing = scriptedExecutor(async function* (
    order,
    { workspacePath, transcriptPath, signal },
  ) {
    const file = path.join(workspacePath, 'steps.txt')
    seen.push(order.resume?.why ?? 'none', existsSync(file) ? 'work' : 'nothing')
    const usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }
    if (order.resume !== undefined) return { kind: 'unresumable', message: 'Unreadable.', usage }
    yield printed('working\n')
    writeFileSync(file, '1\n')
    if (seen.length > 2) return success()
    writeFileSync(transcriptPath ?? '', '{}\n')
    const transcript = { file: transcriptPath ?? '', sizeBytes: 3 }
    yield { type: 'at-rest', moment: { transcript, heard: 0, isStill: async () => true } }
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return success()
  })
  const capabilities = { ...refusing.capabilities, resume: true }
  const executor = { ...refusing, capabilities }
  await plant.hire({ executor, timing: { checkpointMs: 0 } })
  const { id } = await plant.client.submitTask({ prompt: WORDS })
  await untilCheckpointed(plant, id)
  await plant.loseAll()
  expect((await plant.untilEnded(id)).status).toBe('succeeded')
  expect(seen).toEqual(['none', 'nothing', 'interrupted', 'work', 'none', 'nothing'])
  expect(await warnings(plant, id)).toEqual([
    "The session can't be gone on with (Unreadable.): the agent starts anew.",
  ])
})

async function untilCheckpointed({ client }: Plant, id: string): Promise<void> {
  await waitFor(
    async () =>
      (await client.taskEvents(id)).items.some(({ type }) => type === 'attempt.checkpointed'),
    { description: 'a checkpoint' },
  )
}

function removeResults({ plane }: FiveSteps, name: RegExp): void {
  const folder = path.join(plane.home, 'results')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.test(path.basename(file))) rmSync(path.join(folder, file))
  }
}

test('the work of a canceled task is an artifact of it', async () => {
  const site = await fiveSteps()
  await site.host('first', { timing: { checkpointMs: 600_000 } })
  const hold = site.holdAt(3)
  const { id } = await site.client.submitTask({ prompt: WORDS })
  await hold.reached
  await site.client.cancelTask(id)
  await site.untilEnded(id)
  const { items } = await site.client.artifacts(id)
  expect(items.map(({ name }) => name)).toEqual(['session-0.jsonl', 'work-0.bundle'])
})
