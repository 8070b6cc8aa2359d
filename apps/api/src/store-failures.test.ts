import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { ApiError, createApiClient, type ApiClient } from '@sleepless/contracts'
import { mountSmallDisk, temporaryDirectory } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { createApi } from './create-api.ts'
import { openControlPlane, TOKENS, type ControlPlane } from './test-kit/control-plane.ts'

const MIB = 1024 ** 2
// Of some size, so that a disk is full soon.
const FILLER = 'x'.repeat(20_000)

/** What became of submitting: ids that were acknowledged, and the codes of refusals. */
interface Submitted {
  readonly ids: string[]
  readonly refusals: Set<string>
}

async function submitOnce(client: ApiClient, { ids, refusals }: Submitted): Promise<boolean> {
  try {
    ids.push((await client.submitTask({ prompt: FILLER })).id)
    return true
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 503)) throw error
    refusals.add(error.code)
    return false
  }
}

async function storedIds(client: ApiClient): Promise<readonly string[]> {
  const ids: string[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await client.tasks({ limit: 200, ...(cursor !== undefined && { cursor }) })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  return ids.toSorted()
}

async function readiness(url: string): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${url}/readyz`)
  const body: unknown = await response.json()
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
  return { status: response.status, code }
}

function linesAbout(plane: ControlPlane, message: string): number {
  return plane.log.filter((line) => line.includes(message)).length
}

test('on a full disk, what was acknowledged is there, the rest is refused, and it passes with the cause', async (context) => {
  await using disk = await mountSmallDisk(16 * MIB)
  if (disk === undefined) return context.skip('needs the right to mount')
  await using plane = await openControlPlane({ home: disk.path })
  await using api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
  const client = createApiClient({ url: api.url, token: TOKENS.api })
  const submitted: Submitted = { ids: [], refusals: new Set() }

  for (let round = 0; round < 3; round++) {
    disk.fill(MIB / 2)
    const senders = Array.from({ length: 8 }, async () => {
      while (await submitOnce(client, submitted));
    })
    await Promise.all(senders)
    expect([...submitted.refusals]).toEqual(['STORE_FULL'])
    expect(await readiness(api.url)).toEqual({ status: 503, code: 'STORE_FULL' })
    // Reads go on.
    expect(await storedIds(client)).toEqual(submitted.ids.toSorted())

    disk.free()
    await expect.poll(() => readiness(api.url)).toMatchObject({ status: 200 })
    expect(await submitOnce(client, submitted)).toBe(true)
  }
  expect(await storedIds(client)).toEqual(submitted.ids.toSorted())
  expect(linesAbout(plane, 'database cannot be written')).toBe(3)
  expect(linesAbout(plane, 'database can be written again')).toBe(3)
  expect(linesAbout(plane, 'request failed"')).toBeGreaterThan(0)
  expect(plane.log.filter((line) => line.includes('"level":50'))).toHaveLength(3)
})

test('a refusal says what to do and when to come again, and no path', async (context) => {
  await using disk = await mountSmallDisk(4 * MIB)
  if (disk === undefined) return context.skip('needs the right to mount')
  await using plane = await openControlPlane({ home: disk.path })
  await using api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
  disk.fill()
  const answer = await fetch(`${api.url}/v1/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKENS.api}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: FILLER }),
  })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  const problem = await answer.text()
  expect(JSON.parse(problem)).toMatchObject({
    code: 'STORE_FULL',
    detail: 'the disk of the service is full. Make room on it; the service goes on by itself.',
  })
  expect(problem).not.toContain(disk.path)
  disk.free()
})

test('on a disk that refuses to write, what was acknowledged is there after a restart', async () => {
  await using home = await temporaryDirectory('sleepless-io-')
  const submitted: Submitted = { ids: [], refusals: new Set() }
  {
    // The kernel refuses to make any file longer than this, as for a disk with a quota.
    await using limited = await startLimited(home.path, MIB)
    const client = createApiClient({ url: limited.url, token: TOKENS.api })
    const senders = Array.from({ length: 4 }, async () => {
      while (await submitOnce(client, submitted));
    })
    await Promise.all(senders)
    expect([...submitted.refusals]).toEqual(['STORE_IO'])
    expect(submitted.ids.length).toBeGreaterThan(10)
    expect((await client.task(submitted.ids[0] ?? '')).prompt).toBe(FILLER)
  }
  await using plane = await openControlPlane({ home: home.path })
  await using api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
  const client = createApiClient({ url: api.url, token: TOKENS.api })
  const stored = await storedIds(client)
  expect(stored).toEqual(expect.arrayContaining(submitted.ids))
})

test('a database that is found damaged takes nothing more, and readiness says so', async () => {
  await using home = await temporaryDirectory('sleepless-damaged-')
  {
    await using plane = await openControlPlane({ home: home.path })
    await using api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
    const client = createApiClient({ url: api.url, token: TOKENS.api })
    for (let n = 0; n < 20; n++) await client.submitTask({ prompt: FILLER })
  }
  const storeOptions = { pageChecks: { firstMs: 10, everyMs: 10 } }
  await using plane = await openControlPlane({ home: home.path, storeOptions })
  await using api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
  expect(await readiness(api.url)).toMatchObject({ status: 200 })

  const file = `of=${path.join(home.path, 'tasks.db')}`
  execFileSync('dd', ['if=/dev/urandom', file, 'bs=4096', 'seek=3', 'count=40', 'conv=notrunc'], {
    stdio: 'ignore',
  })
  await expect
    .poll(() => readiness(api.url), { timeout: 30_000 })
    .toEqual({ status: 503, code: 'STORE_CORRUPT' })
  const client = createApiClient({ url: api.url, token: TOKENS.api })
  const submitted: Submitted = { ids: [], refusals: new Set() }
  expect(await submitOnce(client, submitted)).toBe(false)
  expect([...submitted.refusals]).toEqual(['STORE_CORRUPT'])
  expect(linesAbout(plane, 'database cannot be written')).toBe(1)
})

test('while another process holds the lock for four seconds, writes wait and none is refused', async () => {
  await using plane = await openControlPlane()
  await using api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
  const client = createApiClient({ url: api.url, token: TOKENS.api })
  const file = path.join(plane.home, 'tasks.db')
  const script = `
    const database = new (require('node:sqlite').DatabaseSync)(process.argv[1])
    database.exec('BEGIN IMMEDIATE')
    console.log('held')
    setTimeout(() => database.exec('COMMIT'), 4000)`
  const holder = spawn(process.execPath, ['--no-warnings', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const released = once(holder, 'exit')
  await once(holder.stdout, 'data')
  const asked = Array.from({ length: 20 }, (_none, n) => client.submitTask({ prompt: String(n) }))
  // Reads do not wait for it.
  expect(await client.tasks()).toMatchObject({ items: [] })
  expect(holder.exitCode).toBeNull()
  const ids = (await Promise.all(asked)).map(({ id }) => id)
  await released
  expect(await storedIds(client)).toEqual(ids.toSorted())
})

interface Limited extends AsyncDisposable {
  readonly url: string
}

async function startLimited(home: string, maxFileBytes: number): Promise<Limited> {
  const main = fileURLToPath(new URL('test-kit/api-process-main.ts', import.meta.url))
  const command = `ulimit -f ${maxFileBytes / 512}; exec "$0" "$@"`
  const child = spawn('sh', ['-c', command, process.execPath, main, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const { value: url } = await lines.next()
  return {
    url: String(url),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
