import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { waitFor } from './wait-for.ts'

/** Long enough for loopback, were nothing held back. */
const A_WHILE_MS = 100

let resources: AsyncDisposableStack
let proxy: TcpProxy

beforeEach(async () => {
  resources = new AsyncDisposableStack()
  // It answers each byte with itself.
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  resources.defer(() => void echo.close())
  const address = echo.address()
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0
  proxy = resources.use(await createTcpProxy({ targetPort }))
})
afterEach(() => resources.disposeAsync())

interface Client {
  readonly socket: Socket
  heard(): string
}

async function connect(): Promise<Client> {
  const socket = createConnection({ port: proxy.port, host: '127.0.0.1' })
  socket.on('error', () => {})
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  await once(socket, 'connect')
  resources.defer(() => void socket.destroy())
  return { socket, heard: () => heard }
}

test('it passes bytes in both directions', async () => {
  const client = await connect()
  client.socket.write('hello')
  await waitFor(() => client.heard() !== '', { description: 'the echo' })
  expect(client.heard()).toBe('hello')
})

test.each(['sent', 'received', 'both'] as const)(
  'what is held back (%s) arrives when it is healed',
  async (direction) => {
    const client = await connect()
    proxy.pause(direction)
    client.socket.write('late')
    await pause(A_WHILE_MS)
    expect(client.heard()).toBe('')
    await proxy.heal()
    await waitFor(() => client.heard() === 'late', { description: 'the late echo' })
  },
)

test('a connection made while it is paused works once it is healed', async () => {
  proxy.pause('both')
  const client = await connect()
  client.socket.write('new')
  await pause(A_WHILE_MS)
  expect(client.heard()).toBe('')
  await proxy.heal()
  await waitFor(() => client.heard() === 'new', { description: 'the echo' })
})

test('a cut breaks connections, and new ones work', async () => {
  const client = await connect()
  proxy.cut()
  await once(client.socket, 'close')
  const next = await connect()
  next.socket.write('again')
  await waitFor(() => next.heard() !== '', { description: 'the echo' })
  expect(next.heard()).toBe('again')
})

test('while it refuses nobody connects, afterwards the same port works again', async () => {
  await proxy.refuse()
  await expect(connect()).rejects.toThrow('ECONNREFUSED')
  await proxy.heal()
  const client = await connect()
  client.socket.write('back')
  await waitFor(() => client.heard() === 'back', { description: 'the echo' })
})
