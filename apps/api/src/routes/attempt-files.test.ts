import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { TOKENS } from '../test-kit/control-plane.ts'
import { runningTask, type RunningTask } from '../test-kit/running-task.ts'
import { NO_USAGE, SUCCESS } from '../test-kit/worker-words.ts'

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function upload(
  { worker, held }: RunningTask,
  name: string,
  content: Uint8Array | string,
  sum = sha256(content),
): Promise<void> {
  const stream = new Blob([content]).stream()
  return worker.client.uploadArtifact(held, { name, content: stream, sha256: sum })
}

function succeed({ worker, held }: RunningTask): Promise<void> {
  return worker.client.finish(held, { outcome: SUCCESS, usage: NO_USAGE })
}

function put({ api, worker, held }: RunningTask, path: string): Promise<Response> {
  const query = `workerId=${worker.id}&fence=${held.fence}&sha256=${sha256('x')}`
  return fetch(`${api.url}/internal/attempts/${held.attemptId}/${path}?${query}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${TOKENS.worker}`,
      'content-type': 'application/octet-stream',
    },
    body: 'x',
  })
}

describe('a file of an attempt', () => {
  test('is part of the result once the task has succeeded', async () => {
    const running = await runningTask()
    const { client } = running.api
    const bundle = randomBytes(3_000_000)
    await upload(running, 'diff.patch', '--- a\n+++ b\n')
    await upload(running, 'commit.bundle', bundle)
    await expect(client.diff(running.taskId)).rejects.toMatchObject({ code: 'NO_SUCH_RESULT' })
    await succeed(running)

    expect(await client.diff(running.taskId)).toBe('--- a\n+++ b\n')
    const stored = await client.artifact(running.taskId, 'commit.bundle')
    expect(sha256(Buffer.from(await new Response(stored).arrayBuffer()))).toBe(sha256(bundle))
    expect((await client.artifacts(running.taskId)).items).toEqual([
      { name: 'commit.bundle', sizeBytes: 3_000_000 },
      { name: 'diff.patch', sizeBytes: 12 },
    ])
  })

  test('of a diff is served as one', async () => {
    const running = await runningTask()
    await upload(running, 'diff.patch', '--- a\n')
    await succeed(running)
    const answer = await fetch(`${running.api.url}/v1/tasks/${running.taskId}/diff`, {
      headers: { authorization: `Bearer ${TOKENS.api}` },
    })
    expect(answer.headers.get('content-type')).toBe('text/x-diff; charset=utf-8')
    expect(answer.headers.get('content-length')).toBe('6')
  })

  test('with another checksum is refused, and what was there stays', async () => {
    const running = await runningTask()
    await upload(running, 'diff.patch', 'first')
    await expect(upload(running, 'diff.patch', 'second', sha256('x'))).rejects.toMatchObject({
      status: 422,
      code: 'CHECKSUM_MISMATCH',
    })
    await succeed(running)
    expect(await running.api.client.diff(running.taskId)).toBe('first')
  })

  test('that is sent again replaces what was there', async () => {
    const running = await runningTask()
    await upload(running, 'diff.patch', 'first')
    await upload(running, 'diff.patch', 'second')
    await succeed(running)
    expect(await running.api.client.diff(running.taskId)).toBe('second')
  })

  test('that is sent many times at once is whole', async () => {
    const running = await runningTask()
    const bundle = randomBytes(1_000_000)
    await Promise.all(Array.from({ length: 8 }, () => upload(running, 'commit.bundle', bundle)))
    await succeed(running)
    const stored = await running.api.client.artifact(running.taskId, 'commit.bundle')
    expect(sha256(Buffer.from(await new Response(stored).arrayBuffer()))).toBe(sha256(bundle))
    expect(await running.api.plane.spool.list()).toEqual([])
  })

  test('that the sender breaks off leaves nothing, and wakes nobody', async () => {
    const running = await runningTask()
    const { api, worker, held } = running
    const query = `workerId=${worker.id}&fence=${held.fence}&sha256=${sha256('x')}`
    const sending = request(
      `${api.url}/internal/attempts/${held.attemptId}/artifacts/commit.bundle?${query}`,
      {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${TOKENS.worker}`,
          'content-type': 'application/octet-stream',
        },
      },
    )
    sending.on('error', () => undefined)
    sending.write(randomBytes(100_000))
    const spool = join(api.plane.home, 'spool')
    await expect.poll(() => readdir(spool)).toHaveLength(1)
    sending.destroy()
    await expect.poll(() => readdir(spool)).toEqual([])
    await api.stop()
    expect(api.plane.log.filter((line) => line.includes('"level":50'))).toEqual([])
  })

  test('of an attempt that did not succeed is not part of the result', async () => {
    const running = await runningTask()
    await upload(running, 'diff.patch', 'lost')
    const outcome = { kind: 'interrupted' } as const
    await running.worker.client.finish(running.held, { outcome, usage: NO_USAGE })
    expect((await running.api.client.artifacts(running.taskId)).items).toEqual([])
  })

  test('need not be there', async () => {
    const running = await runningTask()
    await succeed(running)
    const { client } = running.api
    expect((await client.artifacts(running.taskId)).items).toEqual([])
    for (const asked of [client.diff(running.taskId), client.artifact(running.taskId, 'a.txt')]) {
      await expect(asked).rejects.toMatchObject({ status: 404, code: 'NO_SUCH_RESULT' })
    }
  })

  test('is not taken from a worker that does not hold the attempt', async () => {
    const running = await runningTask()
    const worker = await running.api.join()
    await expect(upload({ ...running, worker }, 'diff.patch', 'x')).rejects.toMatchObject({
      status: 409,
      code: 'LEASE_LOST',
    })
  })

  test.each([
    'artifacts/output.txt',
    'artifacts/..%2f..%2fescaped',
    'artifacts/..%2fdiff.patch',
    'artifacts/%2fetc%2fpasswd',
    'artifacts/diff.patch%00',
    'artifacts/.',
  ])('cannot be put at %s', async (path) => {
    const running = await runningTask()
    const answer = await put(running, path)
    expect([400, 404]).toContain(answer.status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test.each(['..%2f..%2f..%2ftasks.db', '%2e%2e%2ftasks.db', '%2fetc%2fpasswd', 'A', '.hidden'])(
    'cannot be read from %s',
    async (name) => {
      const running = await runningTask()
      await succeed(running)
      const url = `${running.api.url}/v1/tasks/${running.taskId}/artifacts/${name}`
      const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKENS.api}` } })
      expect([400, 404]).toContain(answer.status)
    },
  )
})
