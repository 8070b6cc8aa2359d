import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'

import { problem, streamFrame, type StreamFrame } from '@sleepless/contracts'
import { WebSocket } from 'ws'

import { TOKENS } from './control-plane.ts'

/** The other side of a WebSocket of the service. */
export interface StreamPeer extends Disposable {
  readonly webSocket: WebSocket
  /** The code with which it was closed. */
  readonly closed: Promise<number>
  /** As many frames as asked for. */
  take(count: number): Promise<StreamFrame[]>
  /** What has come, and was not taken. */
  waiting(): readonly StreamFrame[]
  /** As many events as asked for, by their ids. */
  takeIds(count: number): Promise<number[]>
}

export interface PeerOptions {
  readonly query?: string
  readonly headers?: Record<string, string>
}

const AS_ADMIN: Record<string, string> = { authorization: `Bearer ${TOKENS.api}` }

/** @throws when the service does not open it. */
export async function openStream(
  url: string,
  { query = '', headers = AS_ADMIN }: PeerOptions = {},
): Promise<StreamPeer> {
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream?${query}`, { headers })
  const closed = new Promise<number>((resolve) => void webSocket.once('close', resolve))
  const frames: StreamFrame[] = []
  let wake = Promise.withResolvers<void>()
  const changed = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  webSocket.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) throw new Error('not a frame of text')
    frames.push(streamFrame.parse(JSON.parse(data.toString())))
    changed()
  })
  webSocket.on('close', changed)
  await once(webSocket, 'open')
  // Ends that the test itself brings about are no news.
  webSocket.on('error', () => undefined)
  const take = async (count: number): Promise<StreamFrame[]> => {
    while (frames.length < count) {
      const next = wake.promise
      if (webSocket.readyState === WebSocket.CLOSED)
        throw new Error(`the stream ended after ${frames.length} frames`)
      await next
    }
    return frames.splice(0, count)
  }
  return {
    webSocket,
    closed,
    take,
    waiting: () => frames,
    async takeIds(count) {
      const taken = await take(count)
      return taken.map((frame) => {
        if (frame.kind !== 'event') throw new Error(`a frame of kind ${frame.kind}`)
        return frame.event.id
      })
    },
    [Symbol.dispose]: () => webSocket.terminate(),
  }
}

/** With which status and code the service refuses to open one. */
export async function refusalOf(
  url: string,
  { query = '', headers = {} }: PeerOptions,
): Promise<unknown> {
  const request = get(`${url}/v1/stream?${query}`, {
    agent: false,
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      ...AS_ADMIN,
      ...headers,
    },
  })
  const upgraded = new Promise<string>((resolve) => {
    request.once('upgrade', (_response, socket) => {
      socket.destroy()
      resolve('opened')
    })
  })
  const answered = once(request, 'response').then(async ([response]: IncomingMessage[]) => {
    if (response === undefined) throw new Error('no response')
    const { status, code } = problem.parse(await json(response))
    return `${status} ${code}`
  })
  return Promise.race([upgraded, answered])
}
