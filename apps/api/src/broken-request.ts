import type { Socket } from 'node:net'

import { PROBLEM_CONTENT_TYPE } from '@sleepless/contracts'

import { plainProblem } from './problems.ts'

interface ConnectionFailure {
  readonly code?: string
}

/** What Node's own parser refuses: no request has come of it that could be answered as others are. */
export function answerBrokenRequest(error: ConnectionFailure, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, code, detail } = refusalOf(error.code)
  const problem = plainProblem(status, code, detail)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroySoon())
}

interface Refusal {
  readonly status: number
  readonly code: string
  readonly detail: string
}

function refusalOf(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'HEADERS_TOO_LARGE', detail: 'the headers are too large' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'REQUEST_TIMEOUT', detail: 'the request took too long to arrive' }
    case undefined:
    default:
      return { status: 400, code: 'MALFORMED_REQUEST', detail: 'this is not an HTTP request' }
  }
}
