import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

import { type WebSocket, WebSocketServer } from 'ws'

import { createEnvelopeOutbox, type SlackEnvelope } from './envelope-outbox.ts'
import { asRecord } from './slack-call.ts'
import { socketText } from './socket-text.ts'

export interface SocketMode {
  /** Connections that are open now. */
  readonly connections: number
  /** A ticket for one connection. */
  ticket(): string
  /**
   * Sends to one connection, in turn, waiting for one if there is none.
   * @returns the payload of the acknowledgement; undefined without one.
   * @throws {SlackTimeoutError}
   */
  deliver(envelope: SlackEnvelope): Promise<unknown>
  /** Asks every client to reconnect, as Slack does; `abrupt` cuts the connections instead. */
  disconnectAll(abrupt: boolean): void
  close(): void
}

/** The WebSocket side of Socket Mode, on the port of `server`. */
export function createSocketMode(server: Server, appId: string, ackTimeoutMs: number): SocketMode {
  const sockets = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const connections: WebSocket[] = []
  const outbox = createEnvelopeOutbox(connections, ackTimeoutMs)

  const receive = (socket: WebSocket, text: string): void => {
    try {
      const { envelope_id, payload } = asRecord(JSON.parse(text))
      outbox.acknowledge(envelope_id, payload)
    } catch {
      socket.terminate()
    }
  }
  const greet = (socket: WebSocket): void => {
    socket.on('message', (data) => receive(socket, socketText(data)))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      const index = connections.indexOf(socket)
      if (index !== -1) connections.splice(index, 1)
    })
    const num_connections = connections.push(socket)
    const connection_info = { app_id: appId }
    socket.send(JSON.stringify({ type: 'hello', num_connections, connection_info }))
    outbox.flush()
  }
  server.on('upgrade', (request, socket: Socket, head) => {
    const ticket = new URL(request.url ?? '/', 'http://slack.invalid').searchParams.get('ticket')
    if (ticket !== null && tickets.delete(ticket)) {
      sockets.handleUpgrade(request, socket, head, greet)
    } else {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
    }
  })

  return {
    get connections() {
      return connections.length
    },
    ticket() {
      const ticket = randomUUID()
      tickets.add(ticket)
      return ticket
    },
    deliver: (envelope) => outbox.deliver(envelope),
    disconnectAll(abrupt) {
      for (const socket of connections.splice(0)) {
        if (abrupt) socket.terminate()
        else socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
      }
    },
    close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
