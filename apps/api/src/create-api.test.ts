import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { problem } from '@sleepless/contracts'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createApi } from './create-api.ts'
import { openControlPlane, TOKENS } from './test-kit/control-plane.ts'
import { runningApi } from './test-kit/running-api.ts'

/** Sends bytes as they are, and returns all that comes back. */
async function sendRaw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(request)
  return text(socket)
}

function bodyOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
}

const AUTHORIZATION = `Authorization: Bearer ${TOKENS.api}\r\n`

describe('bytes that are no request', () => {
  test.each([
    ['noise', 'hello\r\n\r\n', 400],
    ['a header without a name', `GET /v1/tasks HTTP/1.1\r\n: x\r\n\r\n`, 400],
    ['a line break in a header', `GET /v1/tasks HTTP/1.1\r\nHost: a\r\nX: b\rc: d\r\n\r\n`, 400],
    [
      'two lengths',
      'POST /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s are answered with a problem', async (_what, request, status) => {
    const { url } = await runningApi()
    const answer = await sendRaw(url, request)
    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer).toContain('content-type: application/problem+json')
    expect(problem.parse(bodyOf(answer)).status).toBe(status)
  })

  test('in the key of a request make no header of their own', async () => {
    const { url, client } = await runningApi()
    const body = '{"prompt":"a"}'
    const head = `POST /v1/tasks HTTP/1.1\r\nHost: a\r\n${AUTHORIZATION}Connection: close\r\n`
    const key = 'Idempotency-Key: a\nX-Injected: b\r\n'
    const length = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const answer = await sendRaw(url, `${head}${key}${length}${body}`)
    expect(answer.toLowerCase()).not.toContain('x-injected')
    expect(answer).toContain('HTTP/1.1 400 ')
    expect((await client.tasks()).items).toEqual([])
  })

  test('do not end the service', async () => {
    const { url, client } = await runningApi()
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write('POST /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"pro')
    await once(socket, 'connect')
    socket.resetAndDestroy()
    expect(await client.ready()).toBe(true)
  })
})

describe('the service', () => {
  test('that finds its port taken says so in one line, with the remedy', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await using plane = await openControlPlane()
    await expect(createApi({ ...plane, host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'CANNOT_START',
      message: `Port ${port} of 127.0.0.1 is taken. Stop what uses it, or set SLEEPLESS_API_PORT to another one.`,
    })
  })

  test('that is told an address of another machine says so', async () => {
    await using plane = await openControlPlane()
    await expect(createApi({ ...plane, host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'CANNOT_START',
      message: expect.stringContaining('SLEEPLESS_API_HOST'),
    })
  })

  test('that stops answers nobody any more, and logs no error', async () => {
    const api = await runningApi()
    await api.client.submitTask({ prompt: 'a' })
    await api.stop()
    await expect(api.client.ready()).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
    expect(api.plane.log.filter((line) => line.includes('"level":50'))).toEqual([])
  })

  test('lets leases age by the time that it has been up', async () => {
    await using plane = await openControlPlane({ policy: { leaseMs: 100 } })
    await using _api = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
    await expect.poll(() => plane.store.read((tx) => tx.leaseClock.now())).toBeGreaterThan(100)
  })
})
