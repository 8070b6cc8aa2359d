import { ServerResponse, type IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import type { FastifyInstance } from 'fastify'
import { WebSocketServer, type WebSocket } from 'ws'

/** A connection that has become a WebSocket. */
export interface UpgradedSocket {
  readonly webSocket: WebSocket
  readonly socket: Socket
}

/** Requests that ask for a WebSocket: they go the way of all requests, and may be granted it at its end. */
export interface Upgrades {
  isAsked(request: IncomingMessage): boolean
  /** To be asked once for a request that asks for it, after the reply was taken out of fastify's hands. */
  grant(request: IncomingMessage, take: (upgraded: UpgradedSocket) => void): void
}

/** Of what a peer may send, one frame: nothing is expected but what controls the connection. */
const MAX_PAYLOAD_BYTES = 125

interface Asked {
  readonly socket: Socket
  readonly head: Buffer
  readonly response: ServerResponse
}

/** Whether Node is to leave the connection to us: every other wish to upgrade is passed over. */
export function asksForWebSocket({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    url?.split('?', 1)[0] === '/v1/stream'
  )
}

export function acceptUpgrades(app: FastifyInstance): Upgrades {
  const asked = new WeakMap<IncomingMessage, Asked>()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  })
  app.server.on('upgrade', (request, socket, head) => {
    if (!(socket instanceof Socket)) return void socket.destroy()
    socket.on('error', () => socket.destroy())
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    // Whatever else the answer is, it is the last one here.
    response.shouldKeepAlive = false
    response.once('finish', () => socket.destroySoon())
    asked.set(request, { socket, head, response })
    app.routing(request, response)
  })
  return {
    isAsked: (request) => asked.has(request),
    grant(request, take) {
      const upgrade = asked.get(request)
      if (upgrade === undefined) throw new Error('no upgrade was asked for')
      const { socket, head, response } = upgrade
      asked.delete(request)
      response.detachSocket(socket)
      server.handleUpgrade(request, socket, head, (webSocket) => take({ webSocket, socket }))
    },
  }
}
