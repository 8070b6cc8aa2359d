import type { ServerResponse } from 'node:http'

/** Answers with a sentence for whoever reads it, and ends the connection. */
export function sendText(response: ServerResponse, status: number, message: string): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }
  response.writeHead(status, headers).end(`${message}\n`)
}
