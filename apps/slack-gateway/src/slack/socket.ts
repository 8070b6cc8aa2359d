import type { SocketModeReceiver } from '@slack/bolt'

import { createWake, DeadlineError, within } from '../wait.ts'

/** The one WebSocket of Socket Mode. */
export interface Socket {
  readonly isOpen: boolean
  /** Resolves when Slack has said hello. @throws bolt's errors and {DeadlineError} */
  open(): Promise<void>
  /** Never throws; waits a second at most. */
  close(): Promise<void>
  /** Resolves when the connection has ended, or earlier: look at `isOpen`. */
  closed(): Promise<void>
  /** Ends the wait of `closed`. */
  wake(): void
}

// For the handshake that ends a connection.
const CLOSE_MS = 1000
const LOOK_AGAIN_MS = 60_000

/** @param openMs limit of `open`, in milliseconds. */
export function createSocket({ client }: SocketModeReceiver, openMs: number): Socket {
  const changed = createWake()
  let isOpen = false
  client.on('connected', () => {
    isOpen = true
  })
  client.on('disconnected', () => {
    isOpen = false
    changed.wake()
  })

  async function close(): Promise<void> {
    try {
      await within(CLOSE_MS, () => client.disconnect())
    } catch {
      // A second call does not wait for the other side.
      client.disconnect().catch(() => {})
    }
  }
  return {
    get isOpen() {
      return isOpen
    },
    async open() {
      try {
        await within(openMs, () => client.start())
      } catch (error) {
        if (error instanceof DeadlineError) await close()
        if (error instanceof Error) throw error
        throw new Error('slack ended the connection before it said hello', { cause: error })
      }
    },
    close,
    closed: () => changed.wait(LOOK_AGAIN_MS),
    wake: () => changed.wake(),
  }
}
