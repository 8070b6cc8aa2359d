import { createServer, type RequestListener } from 'node:http'

/** What one agent opens at once, with its subagents; a flood waits. */
const MAX_CONNECTIONS = 64
/** Behind a socket nobody resolves this name. */
const STAND_IN_URL = 'http://model.local'

export interface Listener extends AsyncDisposable {
  readonly url: string
}

/**
 * Serves HTTP on a socket, or else on a free port of the loopback address.
 *
 * @throws when nothing can listen there: a path that is taken, or longer than the kernel has room for.
 */
export async function serve(
  socketPath: string | undefined,
  handle: RequestListener,
): Promise<Listener> {
  const server = createServer(handle)
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(socketPath, resolve)
  })
  const address = server.address()
  const isPort = address !== null && typeof address === 'object'
  return {
    url: isPort ? `http://127.0.0.1:${address.port}` : STAND_IN_URL,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
