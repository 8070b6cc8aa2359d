import type { WebSocket } from 'ws'

/** What Slack sends over the socket and expects an acknowledgement for. */
export interface SlackEnvelope {
  readonly envelope_id: string
  readonly type: 'slash_commands' | 'events_api' | 'interactive'
  readonly accepts_response_payload: boolean
  readonly payload: unknown
  /** How often Slack has sent this envelope before; absent the first time. */
  readonly retry_attempt?: number
  readonly retry_reason?: string
}

/** Nobody acknowledged an envelope in time: Slack would tell the person `operation_timeout`. */
export class SlackTimeoutError extends Error {
  override readonly name = 'SlackTimeoutError'
}

/** Envelopes on their way to an acknowledgement. */
export interface EnvelopeOutbox {
  /** Resolves with the acknowledgement's payload. @throws {SlackTimeoutError} */
  deliver(envelope: SlackEnvelope): Promise<unknown>
  acknowledge(envelopeId: unknown, payload: unknown): void
  /** Sends what waits for a connection, to each of `connections` in turn. */
  flush(): void
}

interface Waiting {
  readonly envelope: SlackEnvelope
  readonly acknowledge: (payload: unknown) => void
  isSent: boolean
}

export function createEnvelopeOutbox(
  connections: WebSocket[],
  ackTimeoutMs: number,
): EnvelopeOutbox {
  const waiting = new Set<Waiting>()

  const flush = (): void => {
    for (const item of waiting) {
      if (item.isSent) continue
      const socket = connections.shift()
      if (socket === undefined) return
      connections.push(socket)
      item.isSent = true
      socket.send(JSON.stringify(item.envelope))
    }
  }
  return {
    flush,
    acknowledge(envelopeId, payload) {
      for (const item of waiting) {
        if (item.envelope.envelope_id === envelopeId) item.acknowledge(payload)
      }
    },
    deliver: (envelope) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(item)
          const { type, envelope_id } = envelope
          reject(new SlackTimeoutError(`no acknowledgement of ${type} ${envelope_id}`))
        }, ackTimeoutMs)
        const acknowledge = (payload: unknown): void => {
          clearTimeout(timer)
          waiting.delete(item)
          resolve(payload)
        }
        const item: Waiting = { envelope, acknowledge, isSent: false }
        waiting.add(item)
        flush()
      }),
  }
}
