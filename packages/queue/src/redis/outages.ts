import type { Redis } from 'ioredis'

import type { QueueLogger } from '../logger.ts'
import type { RedisAddress } from './redis-address.ts'

/** Tells an outage once, however many connections it breaks and however often they try again. */
export interface Outages {
  watch(client: Redis): void
  /** To be called before we close a connection ourselves. */
  forget(client: Redis): void
  isOut(): boolean
  /** Why a connection last failed, if one ever did. */
  lastFailure(): string | undefined
  /** Calls back after all connections are there again, if one that had been there was lost. */
  onRestored(listener: () => void): Disposable
}

export function createOutages(address: RedisAddress, logger: QueueLogger): Outages {
  const watched = new Set<Redis>()
  const seen = new WeakSet<Redis>()
  const out = new Set<Redis>()
  const listeners = new Set<() => void>()
  const server = address.label
  let failure: string | undefined
  let isLoss = false

  function lose(client: Redis): void {
    if (!watched.has(client)) return
    if (seen.has(client)) isLoss = true
    if (out.size === 0) logger.warn({ server, reason: failure }, 'queue connection lost')
    out.add(client)
  }

  function restore(client: Redis): void {
    seen.add(client)
    const wasOut = out.delete(client)
    if (out.size > 0) return
    failure = undefined
    if (!wasOut) return
    logger.info({ server }, 'queue connection restored')
    if (!isLoss) return
    isLoss = false
    for (const listener of listeners) call(listener)
  }

  function call(listener: () => void): void {
    try {
      listener()
    } catch (err) {
      logger.error({ err }, 'reconnect listener failed')
    }
  }

  return {
    watch(client) {
      watched.add(client)
      // Without a listener of its own, every error would go to stderr.
      client.on('error', (error) => {
        failure = address.describe(error)
      })
      client.on('close', () => lose(client))
      client.on('ready', () => restore(client))
    },
    forget(client) {
      watched.delete(client)
      out.delete(client)
    },
    isOut: () => out.size > 0,
    lastFailure: () => failure,
    onRestored(listener) {
      // Of its own, so that the same function given twice is two listeners.
      const own = (): void => listener()
      listeners.add(own)
      return { [Symbol.dispose]: () => void listeners.delete(own) }
    },
  }
}
