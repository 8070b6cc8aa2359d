import { existsSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import path from 'node:path'

/** The name of the socket in the folder. */
export const LIFE_SIGN = 'alive'
const ANSWER_MS = 2000

/**
 * Shows that this process lives, to others of this machine that see the folder, in whatever container:
 * a socket that listens. The kernel closes it with the process; a pid would be another's some day.
 */
export async function showLife(folder: string): Promise<AsyncDisposable> {
  // A path to a socket may have about 100 bytes; a descriptor's is short.
  const handle = await open(folder)
  const server = createServer((socket) => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(socketPath(folder, handle), resolve)
  await promise.catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  server.unref()
  return {
    async [Symbol.asyncDispose]() {
      // Removes the socket as well.
      await new Promise<void>((closed) => server.close(() => closed()))
      await handle.close()
    },
  }
}

/** Whether the process that shows life in this folder does so still; a frozen one does. */
export async function isAlive(folder: string): Promise<boolean> {
  const handle = await open(folder).catch(() => undefined)
  // Just taken over by another.
  if (handle === undefined) return true
  try {
    return await isListening(socketPath(folder, handle))
  } finally {
    await handle.close()
  }
}

function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    const answer = (isThere: boolean): void => {
      clearTimeout(timer)
      connection.destroy()
      resolve(isThere)
    }
    // Neither taken nor refused: somebody is there, with many who ask.
    const timer = setTimeout(() => answer(true), ANSWER_MS)
    connection.once('connect', () => answer(true))
    connection.once('error', (error: NodeJS.ErrnoException) => answer(!isGone(error.code)))
  })
}

function isGone(code: string | undefined): boolean {
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}

function socketPath(folder: string, { fd }: FileHandle): string {
  return existsSync('/proc/self/fd')
    ? `/proc/self/fd/${fd}/${LIFE_SIGN}`
    : path.join(folder, LIFE_SIGN)
}
