import { EventEmitter } from 'node:events'

import type { ControlMessage, WorkerId } from '@sleepless/domain'

import type { QueueLogger } from '../logger.ts'

export interface MemoryControl {
  send(workerId: WorkerId, message: ControlMessage): void
  listen(workerId: WorkerId, listener: (message: ControlMessage) => void): AsyncDisposable
  close(): void
}

export function createMemoryControl(logger: QueueLogger): MemoryControl {
  const emitter = new EventEmitter().setMaxListeners(0)

  return {
    send: (workerId, message) => void emitter.emit(workerId, message),

    listen(workerId, listener) {
      const hear = (message: ControlMessage): void => {
        try {
          listener(message)
        } catch (err) {
          logger.error({ workerId, err }, 'control listener failed')
        }
      }
      emitter.on(workerId, hear)
      return { [Symbol.asyncDispose]: async () => void emitter.off(workerId, hear) }
    },

    close: () => void emitter.removeAllListeners(),
  }
}
