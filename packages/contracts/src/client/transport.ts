import type { z } from 'zod'

import { PROBLEM_CONTENT_TYPE, problem, type Problem } from '../http/problem.ts'
import { ApiError, ApiUnreachableError } from './errors.ts'

export interface TransportOptions {
  /** Such as `http://127.0.0.1:7300`, with or without a slash at the end. */
  readonly url: string
  readonly token: string
  /** How long one request may take, in milliseconds; streams are exempt after their first byte. */
  readonly timeoutMs?: number
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly json?: unknown
  readonly body?: Uint8Array | ReadableStream<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Instead of the transport's own. */
  readonly timeoutMs?: number
}

export interface Transport {
  /** @throws {ApiError} for an error answer, {ApiUnreachableError} for none. */
  request(path: string, options?: RequestOptions): Promise<Response>
  text(path: string, options?: RequestOptions): Promise<string>
  json<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    options?: RequestOptions,
  ): Promise<z.output<Schema>>
}

const DEFAULT_TIMEOUT_MS = 30_000

export function createTransport(options: TransportOptions): Transport {
  const base = options.url.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS

  /** All that `read` takes of a good answer comes before the deadline too. */
  async function send<T>(
    path: string,
    sent: RequestOptions,
    read: (response: Response) => T | Promise<T>,
  ): Promise<T> {
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), sent.timeoutMs ?? timeoutMs)
    const signal =
      sent.signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, sent.signal])
    try {
      const response = await fetch(`${base}${path}${search(sent.query)}`, {
        method: sent.method ?? 'GET',
        headers: headersOf(options.token, sent),
        signal,
        ...bodyOf(sent),
      })
      if (!response.ok) throw await errorOf(response)
      return await read(response)
    } catch (error) {
      if (error instanceof ApiError) throw error
      sent.signal?.throwIfAborted()
      // What was asked for may have happened all the same; only the answer broke off.
      throw new ApiUnreachableError(base, { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    request: (path, sent = {}) => send(path, sent, (response) => response),
    text: (path, sent = {}) => send(path, sent, (response) => response.text()),
    json: (schema, path, sent = {}) =>
      send(path, sent, async (response) => {
        const parsed = schema.safeParse(parseJson(await response.text()))
        if (parsed.success) return parsed.data
        throw new ApiError(unexpectedAnswer(response))
      }),
  }
}

function search(query: RequestOptions['query'] = {}): string {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) given.set(key, String(value))
  }
  return given.size === 0 ? '' : `?${given.toString()}`
}

function headersOf(token: string, { json, headers }: RequestOptions): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  }
}

function bodyOf({ json, body }: RequestOptions): RequestInit {
  if (json !== undefined) return { body: JSON.stringify(json) }
  if (body === undefined) return {}
  return body instanceof ReadableStream ? { body, duplex: 'half' } : { body: Buffer.from(body) }
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text()
  if (response.headers.get('content-type')?.startsWith(PROBLEM_CONTENT_TYPE) === true) {
    const parsed = problem.safeParse(parseJson(text))
    if (parsed.success) return new ApiError(parsed.data)
  }
  return new ApiError(unexpectedAnswer(response))
}

function unexpectedAnswer({ status, statusText }: Response): Problem {
  return {
    type: 'about:blank',
    title: statusText,
    status,
    detail: `the answer was ${status}, and not one of this service`,
    code: 'UNEXPECTED_ANSWER',
  }
}

/** @returns undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
