import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { createConnection } from 'node:net'

import { execa } from 'execa'
import { expect, test } from 'vitest'

import { startRedis } from './redis-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { waitFor } from './wait-for.ts'

async function send(port: number, command: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1')
  socket.write(`${command}\r\n`)
  const [answer]: unknown[] = await once(socket, 'data')
  socket.destroy()
  return String(answer).trim()
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('starts a server that forgets everything when it stops', async () => {
  await using redis = await startRedis()
  expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`)
  expect(await send(redis.port, 'SET key value')).toBe('+OK')
  await redis.stop('SIGKILL')
  expect(isAlive(redis.pid)).toBe(false)
  await using again = await startRedis({ port: redis.port })
  expect(await send(again.port, 'GET key')).toBe('$-1')
})

test('keeps data in an append-only file when asked to', async () => {
  await using directory = await temporaryDirectory()
  const options = { appendonly: 'always', directory: directory.path } as const
  await using first = await startRedis(options)
  await send(first.port, 'SET key value')
  await first.stop('SIGKILL')
  await using second = await startRedis(options)
  expect(await send(second.port, 'GET key')).toContain('value')
})

test('removes its process and directory when disposed', async () => {
  const redis = await startRedis({ settings: { maxmemory: '50mb' } })
  const directory = (await send(redis.port, 'CONFIG GET dir')).split('\r\n').at(-1) ?? ''
  await redis[Symbol.asyncDispose]()
  expect(isAlive(redis.pid)).toBe(false)
  await expect(access(directory)).rejects.toThrow('ENOENT')
})

test('says what the server printed when it does not start', async () => {
  const starting = startRedis({ settings: { maxmemory: 'nonsense' } })
  await expect(starting).rejects.toThrow('maxmemory')
})

test('ends with the process that started it, even if that is killed', async () => {
  await using directory = await temporaryDirectory()
  const source = new URL('redis-server.ts', import.meta.url).href
  const code = `import { startRedis } from ${JSON.stringify(source)}
    const redis = await startRedis({ directory: ${JSON.stringify(directory.path)} })
    process.stdout.write(String(redis.pid))
    process.kill(process.pid, 'SIGKILL')`
  const args = ['--conditions=source', '--input-type=module-typescript', '--eval', code]
  const { stdout } = await execa(process.execPath, args, { reject: false })
  const pid = Number(stdout)
  expect(pid).toBeGreaterThan(1)
  await waitFor(() => !isAlive(pid), { description: 'redis-server to end' })
})
