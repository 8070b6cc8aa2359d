import type { ControlMessage } from '@sleepless/domain'

import type { QueueLogger } from '../logger.ts'
import { parseControl } from '../messages.ts'

export type ControlListener = (message: ControlMessage) => void

/** Who listens to which channel. */
export interface ControlListeners {
  channels(): readonly string[]
  add(channel: string, listener: ControlListener): void
  /** @returns whether nobody listens to the channel any more. */
  remove(channel: string, listener: ControlListener): boolean
  /** Tells all who listen to the channel; text that is no control message is logged and dropped. */
  tell(channel: string, text: string): void
}

export function createControlListeners(logger: QueueLogger): ControlListeners {
  const groups = new Map<string, Set<ControlListener>>()

  return {
    channels: () => [...groups.keys()],
    add(channel, listener) {
      groups.set(channel, (groups.get(channel) ?? new Set()).add(listener))
    },
    remove(channel, listener) {
      const group = groups.get(channel)
      group?.delete(listener)
      if (group !== undefined && group.size > 0) return false
      groups.delete(channel)
      return true
    },
    tell(channel, text) {
      const message = parseControl(text)
      if (message === undefined) {
        logger.warn({ channel }, 'malformed control message dropped')
        return
      }
      for (const listener of groups.get(channel) ?? []) {
        try {
          listener(message)
        } catch (err) {
          logger.error({ channel, err }, 'control listener failed')
        }
      }
    },
  }
}
