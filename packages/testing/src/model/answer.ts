import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

import { apiMessage, messageEvents, type StreamEvent } from './message-events.ts'
import type { CutTurn, ErrorTurn, MalformedTurn, StallTurn, Turn } from './turn.ts'
import { textTurn } from './turn.ts'

/** A response being written. `signal` aborts when the client is gone. */
export interface Answer {
  readonly response: ServerResponse
  readonly signal: AbortSignal
  readonly model: string
  readonly stream: boolean
  /** See `ModelRequest.retry`. */
  readonly retry: number
}

type SimpleTurn = Exclude<Turn, { readonly kind: 'hold' | 'retried' }>

/** Settles when the client hangs up. */
function hangUp(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function errorBody(type: string, message: string): StreamEvent {
  return { type: 'error', error: { type, message }, request_id: 'req_scripted' }
}

function eventText(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** Sends a whole body with its status. */
export function sendBody(
  response: ServerResponse,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = typeof body === 'string' ? 'text/html' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

function startStream({ response }: Answer, turn: SimpleTurn): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...turn.headers })
  response.flushHeaders()
}

async function write({ response, signal }: Answer, text: string): Promise<void> {
  if (signal.aborted || response.write(text)) return
  const drained = new Promise<void>((resolve) => response.once('drain', resolve))
  await Promise.race([drained, hangUp(signal)])
}

async function sendEvents(
  answer: Answer,
  turn: SimpleTurn,
  events: readonly StreamEvent[],
): Promise<void> {
  startStream(answer, turn)
  for (const [index, event] of events.entries()) {
    if (index > 0 && turn.chunkDelayMs !== undefined) {
      await delay(turn.chunkDelayMs, undefined, { signal: answer.signal })
    }
    await write(answer, eventText(event))
  }
}

async function sendError(answer: Answer, turn: ErrorTurn): Promise<void> {
  const error = errorBody(turn.type, turn.message)
  if (turn.midStream !== true || !answer.stream) {
    sendBody(answer.response, turn.status, error, turn.headers)
    return
  }
  const start = messageEvents(apiMessage(textTurn(''), answer.model)).slice(0, 1)
  await sendEvents(answer, turn, [...start, error])
  answer.response.end()
}

async function stall(answer: Answer, turn: StallTurn): Promise<void> {
  const [start] = messageEvents(apiMessage(textTurn(''), answer.model))
  if (answer.stream && turn.after !== 'nothing') {
    startStream(answer, turn)
    if (turn.after === 'message-start' && start !== undefined) await write(answer, eventText(start))
  }
  await hangUp(answer.signal)
}

async function cut(answer: Answer, turn: CutTurn): Promise<void> {
  if (answer.stream && turn.afterEvents > 0) {
    const events = messageEvents(apiMessage(textTurn('This sentence has no'), answer.model))
    await sendEvents(answer, turn, events.slice(0, turn.afterEvents))
    // Data still in the socket's buffer would be lost with the reset.
    await delay(20)
  }
  answer.response.socket?.resetAndDestroy()
}

const BAD_BLOCK = { type: 'tool_use', id: null, name: 42, input: '{"file_path":' }

async function sendMalformed(answer: Answer, turn: MalformedTurn): Promise<void> {
  const { response, model } = answer
  const message = apiMessage(textTurn('broken'), model)
  if (turn.how === 'html') {
    sendBody(response, 200, '<html><body>502 Bad Gateway</body></html>', turn.headers)
  } else if (turn.how === 'json' || !answer.stream) {
    const body = turn.how === 'block' ? { ...message, content: [BAD_BLOCK] } : undefined
    response.writeHead(200, { 'content-type': 'application/json', ...turn.headers })
    response.end(JSON.stringify(body ?? message).slice(0, body === undefined ? -40 : undefined))
  } else if (turn.how === 'sse') {
    startStream(answer, turn)
    response.end('event: message_start\ndata: {"type":"message_start","mess\n\ndata: }{\n\n: \n\n')
  } else {
    const events = messageEvents({ ...message, content: [BAD_BLOCK], stop_reason: 'tool_use' })
    await sendEvents(answer, turn, events)
    response.end()
  }
}

/**
 * Writes what `turn` says to the response.
 * @throws when the client hangs up in the middle, which callers may ignore.
 */
export async function sendTurn(answer: Answer, turn: Turn): Promise<void> {
  if (turn.kind === 'retried') {
    const { turns } = turn
    return sendTurn(answer, turns[Math.min(answer.retry, turns.length - 1)] ?? turns[0])
  }
  if (turn.kind === 'hold') {
    await Promise.race([Promise.allSettled([turn.until]), hangUp(answer.signal)])
    return answer.signal.aborted ? undefined : sendTurn(answer, turn.turn)
  }
  if (turn.delayMs !== undefined) await delay(turn.delayMs, undefined, { signal: answer.signal })
  switch (turn.kind) {
    case 'error':
      return sendError(answer, turn)
    case 'stall':
      return stall(answer, turn)
    case 'cut':
      return cut(answer, turn)
    case 'malformed':
      return sendMalformed(answer, turn)
    case 'message': {
      const message = apiMessage(turn, answer.model)
      if (!answer.stream) return sendBody(answer.response, 200, message, turn.headers)
      await sendEvents(answer, turn, messageEvents(message))
      answer.response.end()
    }
  }
}
