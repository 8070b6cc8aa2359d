import type { Redis } from 'ioredis'

const CHECK_INTERVAL_MS = 10_000

/**
 * Breaks a connection whose other end has vanished without a word; ioredis then makes a new one.
 *
 * @param ping is asked while the connection seems well, and breaks it itself when that takes too long.
 */
export function watchForSilence(client: Redis, ping: () => Promise<unknown>): Disposable {
  let isHandshaking = false

  function check(): void {
    if (client.status === 'ready') ping().catch(() => undefined)
    const isStillHandshaking = client.status === 'connect'
    if (isHandshaking && isStillHandshaking) client.disconnect(true)
    isHandshaking = isStillHandshaking
  }

  const timer = setInterval(check, CHECK_INTERVAL_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
