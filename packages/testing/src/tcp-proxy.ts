import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'

/** Seen from the client: `sent` is what it sends, `received` what it gets. */
export type ProxyDirection = 'sent' | 'received' | 'both'

export interface TcpProxyOptions {
  /** A port of 127.0.0.1. */
  readonly targetPort: number
}

/** Stands between a client and a server on this machine, and can be a bad network. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Holds bytes back, of old and new connections, as a network does that drops packets. */
  pause(direction: ProxyDirection): void
  /** Breaks all connections; new ones work. */
  cut(): void
  /** Breaks all connections, and refuses new ones. */
  refuse(): Promise<void>
  /** Back to normal. What was held back arrives now. */
  heal(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

/** Starts a proxy on a free port of 127.0.0.1. Disposing of it breaks all connections. */
export async function createTcpProxy({ targetPort }: TcpProxyOptions): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let paused: { readonly sent: boolean; readonly received: boolean } = NOTHING

  const apply = ({ client, server }: Pair): void => {
    toggle(client, paused.sent)
    toggle(server, paused.received)
  }
  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy()
      server.destroy()
    }
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const pair = {
      client,
      server: createConnection({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true }),
    }
    pairs.add(pair)
    join(pair, () => pairs.delete(pair))
    apply(pair)
  })
  const refuse = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  const port = await listen(server, 0)

  return {
    port,
    pause(direction) {
      paused = { sent: direction !== 'received', received: direction !== 'sent' }
      pairs.forEach(apply)
    },
    cut,
    refuse,
    async heal() {
      paused = NOTHING
      pairs.forEach(apply)
      if (!server.listening) await listen(server, port)
    },
    [Symbol.asyncDispose]: refuse,
  }
}

const NOTHING = { sent: false, received: false } as const

function toggle(socket: Socket, isPaused: boolean): void {
  if (isPaused) socket.pause()
  else socket.resume()
}

/** Passes bytes on by hand: a pipe would resume what was paused. */
function join(pair: Pair, onClosed: () => void): void {
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => {
      if (!to.destroyed) to.write(chunk)
    })
    from.on('end', () => to.end())
    from.on('error', () => to.destroy())
    from.on('close', () => {
      to.destroy()
      onClosed()
    })
  }
  pass(pair.client, pair.server)
  pass(pair.server, pair.client)
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}
