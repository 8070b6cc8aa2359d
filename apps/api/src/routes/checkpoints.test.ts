import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'

import type { CommittedCheckpointView, Held } from '@sleepless/contracts'
import { describe, expect, test } from 'vitest'

import { runningApi, type JoinedWorker, type RunningApi } from '../test-kit/running-api.ts'
import { NO_USAGE } from '../test-kit/worker-words.ts'

const CHECKPOINT: CommittedCheckpointView = {
  stage: 'committed',
  commit: 'a'.repeat(40),
  branch: 'main',
  base: null,
  summary: 'There are bees.',
  warnings: [],
  usage: { costMicroUsd: 5, inputTokens: 1, outputTokens: 1 },
}
const PUSH = { key: 'push:x:y:a', kind: 'git.push', series: 'push:x:y:', intent: { commit: 'a' } }

interface Begun {
  readonly api: RunningApi
  readonly worker: JoinedWorker
  readonly held: Held
  readonly taskId: string
}

async function running(): Promise<Begun> {
  const api = await runningApi()
  const worker = await api.join()
  await api.client.submitTask({ prompt: 'bees' })
  const { taskId, ...held } = await api.start(worker)
  return { api, worker, held, taskId }
}

async function upload({ worker, held }: Begun, name: string, text: string): Promise<void> {
  const sha256 = createHash('sha256').update(text).digest('hex')
  const content = new Blob([text]).stream()
  await worker.client.uploadArtifact(held, { name, sha256, content })
}

/** An attempt that ended after its commit was stored, and the one that goes on. */
async function interrupted(): Promise<Begun & { readonly next: Held }> {
  const begun = await running()
  const { api, worker, held } = begun
  await upload(begun, 'commit.bundle', 'the bundle')
  await upload(begun, 'diff.patch', 'the diff')
  await worker.client.checkpoint(held, CHECKPOINT)
  await worker.client.finish(held, { outcome: { kind: 'interrupted' }, usage: NO_USAGE })
  return { ...begun, next: await api.start(worker) }
}

const textOf = async (stream: ReadableStream<Uint8Array>): Promise<string> =>
  new Response(stream).text()

const anySignal = (): AbortSignal => AbortSignal.timeout(30_000)

describe('an attempt after one whose agent succeeded', () => {
  test('is told where to go on', async () => {
    const { worker, held, next } = await interrupted()
    const { resume } = await worker.client.claim(next, ['claude'])
    const checkpoint = { ...CHECKPOINT, session: null }
    expect(resume).toEqual({ of: 'task', attemptId: held.attemptId, checkpoint })
  })

  test('gets the bundle of the commit', async () => {
    const { worker, next } = await interrupted()
    expect(await textOf(await worker.client.resumeBundle(next, anySignal()))).toBe('the bundle')
  })

  test('leaves diff and bundle of that commit with the task', async () => {
    const { api, worker, next, taskId } = await interrupted()
    const { commit, branch, summary } = CHECKPOINT
    const outcome = { kind: 'succeeded' as const, summary, commit, branch, warnings: [] }
    await worker.client.finish(next, { outcome, usage: NO_USAGE })
    expect(await api.client.diff(taskId)).toBe('the diff')
    expect(await textOf(await api.client.artifact(taskId, 'commit.bundle'))).toBe('the bundle')
  })

  test('leaves them also when the task fails', async () => {
    const { api, worker, next, taskId } = await interrupted()
    const failure = { code: 'GIT_REJECTED', message: 'No.' } as const
    await worker.client.finish(next, { outcome: { kind: 'failed', failure }, usage: NO_USAGE })
    expect(await api.client.task(taskId)).toMatchObject({ status: 'failed' })
    expect(await api.client.diff(taskId)).toBe('the diff')
  })

  test('hears that the bundle is gone', async () => {
    const { api, worker, next } = await interrupted()
    await rm(path.join(api.plane.home, 'results'), { recursive: true })
    await expect(worker.client.resumeBundle(next, anySignal())).rejects.toMatchObject({
      status: 404,
      code: 'NO_SUCH_RESULT',
    })
  })
})

test('there is no bundle where nothing was stored', async () => {
  const { worker, held } = await running()
  expect((await worker.client.claim(held, ['claude'])).resume).toBeNull()
  await expect(worker.client.resumeBundle(held, anySignal())).rejects.toMatchObject({ status: 404 })
})

describe('under another fence', () => {
  test.each<[string, (begun: Begun, stale: Held) => Promise<unknown>]>([
    ['no checkpoint', ({ worker }, stale) => worker.client.checkpoint(stale, CHECKPOINT)],
    ['no bundle', ({ worker }, stale) => worker.client.resumeBundle(stale, anySignal())],
    ['no begun effect', ({ worker }, stale) => worker.client.beginEffect(stale, PUSH)],
    [
      'no completed effect',
      async ({ worker, held }, stale) => {
        await worker.client.beginEffect(held, PUSH)
        await worker.client.completeEffect(stale, PUSH.key, {})
      },
    ],
  ])('there is %s', async (_what, attempt) => {
    const begun = await running()
    const stale = { ...begun.held, fence: begun.held.fence + 1 }
    await expect(attempt(begun, stale)).rejects.toMatchObject({ status: 409, code: 'LEASE_LOST' })
  })
})

describe("an attempt's effect", () => {
  test('is begun, looked for, and replayed', async () => {
    const { worker, held } = await running()
    const begin = () => worker.client.beginEffect(held, PUSH)
    expect(await begin()).toEqual({ state: 'begun', result: null, earlier: [] })
    expect(await begin()).toMatchObject({ state: 'unknown' })
    await worker.client.completeEffect(held, PUSH.key, { commit: 'a' })
    expect(await begin()).toMatchObject({ state: 'completed', result: { commit: 'a' } })
  })

  test('hears of those before it', async () => {
    const { worker, held } = await running()
    await worker.client.beginEffect(held, PUSH)
    const next = { ...PUSH, key: 'push:x:y:b', intent: { commit: 'b' } }
    const { earlier } = await worker.client.beginEffect(held, next)
    expect(earlier).toEqual([{ intent: { commit: 'a' }, isCompleted: false }])
  })

  test('is not completed by a service', async () => {
    const { api, worker, held } = await running()
    await worker.client.beginEffect(held, PUSH)
    await expect(api.client.completeEffect(PUSH.key, {})).rejects.toMatchObject({
      status: 409,
      code: 'LEASE_LOST',
    })
  })
})
