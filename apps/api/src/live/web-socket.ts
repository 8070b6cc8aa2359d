import { STREAM_CLOSE_CODES } from '@sleepless/contracts'

import type { Ending, LiveConnection } from './live-clients.ts'
import type { Form } from './live-event.ts'
import type { LiveLimits } from './live-limits.ts'
import { createOutlet, type Outlet } from './outlet.ts'
import type { UpgradedSocket } from './upgrades.ts'

/** Each event as a text frame. */
export const webSocketForm: Form = {
  name: 'websocket',
  encode: (events) => events.map(({ json }) => Buffer.from(`{"kind":"event","event":${json}}`)),
}

export interface WebSocketConnection extends LiveConnection {
  readonly outlet: Outlet
  /** Ends it in order: nothing more is to come. */
  readonly complete: () => void
}

// Between two heartbeats: pings of its own and answers to ours, each of at most 131 bytes.
const MAX_RECEIVED_BYTES = 4096

const codeOf: Readonly<Record<Ending, number>> = {
  away: STREAM_CLOSE_CODES.away,
  'token-ended': STREAM_CLOSE_CODES.tokenEnded,
  slow: STREAM_CLOSE_CODES.slow,
  unwanted: STREAM_CLOSE_CODES.unwanted,
}

export interface WebSocketOptions extends Pick<LiveLimits, 'goodbyeMs'> {
  /** Called when it sends anything but pings and their answers, or too many. */
  readonly onUnwanted: () => void
}

/** A peer that is sent frames, and has nothing to say. */
export function webSocketConnection(
  { webSocket, socket }: UpgradedSocket,
  { goodbyeMs, onUnwanted }: WebSocketOptions,
): WebSocketConnection {
  let receivedBytes = 0
  let hasAnswered = true
  webSocket.on('message', onUnwanted)
  webSocket.on('pong', () => (hasAnswered = true))
  // What is no WebSocket's; it has the code that fits already.
  webSocket.on('error', onUnwanted)
  // Before they are taken for frames.
  socket.prependListener('data', (bytes: Buffer) => {
    receivedBytes += bytes.length
    if (receivedBytes <= MAX_RECEIVED_BYTES) return
    // What else may come is thrown away unread; one that is not read at all might not read our code either.
    socket.removeAllListeners('data').resume()
    onUnwanted()
  })
  const closeSoon = (code: number): void => {
    const timer = setTimeout(() => webSocket.terminate(), goodbyeMs)
    webSocket.once('close', () => clearTimeout(timer))
    webSocket.close(code)
  }
  return {
    stream: socket,
    socket,
    outlet: createOutlet(socket, (piece) => webSocket.send(piece, { binary: false })),
    beat() {
      receivedBytes = 0
      // A ping would come behind what it has not taken yet.
      if (socket.writableLength > 0) return true
      if (!hasAnswered) return false
      hasAnswered = false
      webSocket.ping()
      return true
    },
    end: (why) => closeSoon(codeOf[why]),
    complete: () => closeSoon(STREAM_CLOSE_CODES.complete),
  }
}
