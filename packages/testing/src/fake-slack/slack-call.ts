import type { IncomingMessage } from 'node:http'

/** A call of the Web API, or (`method` is `response_url`) a POST to a command's response URL. */
export interface SlackCall {
  readonly method: string
  /** Without the token. JSON arguments such as `blocks` are parsed, however they were sent. */
  readonly args: Readonly<Record<string, unknown>>
  readonly token: string
}

const JSON_ARGUMENTS = new Set(['attachments', 'blocks', 'metadata', 'unfurls', 'view'])

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function parseArguments(contentType: string, body: string): Readonly<Record<string, unknown>> {
  if (contentType.startsWith('application/json')) return asRecord(JSON.parse(body || '{}'))
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([name, value]): [string, unknown] => [
      name,
      JSON_ARGUMENTS.has(name) ? JSON.parse(value) : value,
    ]),
  )
}

/** @throws {SyntaxError} when JSON in the body is broken. */
export function parseSlackCall(
  { headers }: IncomingMessage,
  method: string,
  body: string,
): SlackCall {
  const { token: inBody, ...args } = parseArguments(headers['content-type'] ?? '', body)
  const bearer = headers.authorization?.replace(/^Bearer /i, '')
  return { method, args, token: bearer ?? (typeof inBody === 'string' ? inBody : '') }
}
