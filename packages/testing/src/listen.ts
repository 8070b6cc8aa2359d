import { once } from 'node:events'
import type { Server } from 'node:http'

export interface Listening {
  readonly url: string
  readonly port: number
  /** Hangs up on every client, and resolves when the port is free; again does nothing. */
  readonly close: () => Promise<void>
}

/** Starts `server` on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
