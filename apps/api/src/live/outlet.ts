import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Where to the frames of one client go. What it has not taken yet is kept in memory, up to a bound. */
export interface Outlet {
  /** Sends without waiting. To be asked only while it is not full. */
  send(pieces: readonly Uint8Array[]): void
  /** The client is behind with so much that it gets nothing more until it has taken it. */
  readonly isFull: boolean
  /**
   * Resolves when the client has taken what it was sent, or most of it.
   *
   * @throws when the signal is aborted first.
   */
  taken(signal: AbortSignal): Promise<void>
}

/** Above this much that a client has not taken, it is left to read the log at its own pace. */
const MAX_UNTAKEN_BYTES = 256 * 1024

/** @param write hands one piece to the stream. */
export function createOutlet(stream: Writable, write: (piece: Uint8Array) => unknown): Outlet {
  return {
    send(pieces) {
      for (const piece of pieces) write(piece)
    },
    get isFull() {
      return stream.writableLength > MAX_UNTAKEN_BYTES
    },
    async taken(signal) {
      signal.throwIfAborted()
      if (stream.writableNeedDrain) await once(stream, 'drain', { signal })
    },
  }
}
