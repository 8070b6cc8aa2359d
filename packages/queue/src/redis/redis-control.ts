import type { ControlMessage, WorkerId } from '@sleepless/domain'

import type { QueueLogger } from '../logger.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import { createControlListeners, type ControlListener } from './control-listeners.ts'

export interface RedisControl {
  /** @throws {QueueUnavailableError} */
  send(workerId: WorkerId, message: ControlMessage): Promise<void>
  /** @throws {QueueUnavailableError} when the subscription is not confirmed in time. */
  listen(workerId: WorkerId, listener: ControlListener): Promise<AsyncDisposable>
}

/** Control messages as Redis pub/sub: who does not listen just then misses them. */
export function createRedisControl(
  connections: Connections,
  commands: Connection,
  logger: QueueLogger,
): RedisControl {
  const listeners = createControlListeners(logger)
  let subscriber: Connection | undefined

  function openSubscriber(): Connection {
    const connection = connections.openForCommands()
    const { client } = connection
    client.on('message', (channel, text) => listeners.tell(channel, text))
    client.on('ready', () => {
      const channels = listeners.channels()
      if (channels.length === 0) return
      // If it fails, the connection is made again, and so is this.
      subscribe(connection, channels).catch(() => client.disconnect(true))
    })
    return connection
  }

  async function remove(channel: string, listener: ControlListener): Promise<void> {
    if (!listeners.remove(channel, listener) || subscriber?.client.status !== 'ready') return
    // What still comes for a channel that nobody listens to is dropped.
    await subscriber.run((client) => client.unsubscribe(channel)).catch(() => undefined)
  }

  return {
    async send(workerId, message) {
      const text = JSON.stringify(message)
      await commands.run((client) => client.publish(channelOf(workerId), text))
    },

    async listen(workerId, listener) {
      const channel = channelOf(workerId)
      // Of its own, so that the same function given twice is two listeners.
      const own: ControlListener = (message) => listener(message)
      listeners.add(channel, own)
      subscriber ??= openSubscriber()
      try {
        await subscribe(subscriber, [channel])
      } catch (error) {
        await remove(channel, own)
        throw error
      }
      return { [Symbol.asyncDispose]: () => remove(channel, own) }
    },
  }
}

function channelOf(workerId: WorkerId): string {
  return `sleepless-control:${workerId}`
}

function subscribe(connection: Connection, channels: readonly string[]): Promise<unknown> {
  return connection.run((client) => client.subscribe(...channels))
}
