import type { z } from 'zod'

import { PROBLEM_CONTENT_TYPE, problem, type Problem } from '../http/problem.ts'
import { ApiError, ApiUnreachableError } from './errors.ts'
import {
  deadlineOf,
  exchangeOver,
  wholeAnswerOf,
  type Exchange,
  type Fetch,
  type WholeAnswer,
} from './exchange.ts'

export interface TransportOptions {
  /** Such as `http://127.0.0.1:7300`, with or without a slash at the end. */
  readonly url: string
  readonly token: string
  /** How long one request may take, in milliseconds; streams are exempt after their first byte. */
  readonly timeoutMs?: number
  /** How requests that are there as a whole travel. Default: over `fetch`. */
  readonly exchange?: Exchange
  /** Takes the place of the global one, for a service that is reached in another way than by its port. */
  readonly fetch?: Fetch
}

interface CommonOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Instead of the transport's own. */
  readonly timeoutMs?: number
}

/** Of a request whose answer, or whose body, is a stream. */
export interface RequestOptions extends CommonOptions {
  readonly body?: ReadableStream<Uint8Array>
  /** Statuses of errors that are answers too. */
  readonly accept?: readonly number[]
}

/** Of a request that is there as a whole, as its answer is to be. */
export interface WholeOptions extends CommonOptions {
  readonly json?: unknown
  readonly body?: Uint8Array
}

export interface Transport {
  /** For bodies that are streams. @throws {ApiError} for an error answer, {ApiUnreachableError} for none. */
  open(path: string, options?: RequestOptions): Promise<Response>
  /** Nothing but success is of interest. */
  send(path: string, options?: WholeOptions): Promise<void>
  text(path: string, options?: WholeOptions): Promise<string>
  json<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    options?: WholeOptions,
  ): Promise<z.output<Schema>>
}

const DEFAULT_TIMEOUT_MS = 30_000

export function createTransport(options: TransportOptions): Transport {
  const { token, fetch = globalThis.fetch, exchange = exchangeOver(fetch) } = options
  const base = options.url.replace(/\/+$/, '')
  const defaultTimeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS

  async function reaching<T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof ApiError) throw error
      signal?.throwIfAborted()
      // What was asked for may have happened all the same; only the answer broke off.
      throw new ApiUnreachableError(base, { cause: error })
    }
  }

  const whole = (path: string, sent: WholeOptions): Promise<WholeAnswer> =>
    reaching(sent.signal, async () => {
      const { method = 'GET', signal, timeoutMs = defaultTimeoutMs, json, query } = sent
      const body = json === undefined ? sent.body : JSON.stringify(json)
      const request = { method, headers: headersOf(token, sent), body, signal, timeoutMs }
      const answer = await exchange(`${base}${path}${search(query)}`, request)
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer)
      return answer
    })

  return {
    open: (path, sent = {}) =>
      reaching(sent.signal, async () => {
        const { method = 'GET', timeoutMs = defaultTimeoutMs, body, query, accept = [] } = sent
        using deadline = deadlineOf(timeoutMs, sent.signal)
        const response = await fetch(`${base}${path}${search(query)}`, {
          method,
          headers: headersOf(token, sent),
          signal: deadline.signal,
          ...(body && { body, duplex: 'half' }),
        })
        if (response.ok || accept.includes(response.status)) return response
        throw errorOf(await wholeAnswerOf(response))
      }),
    async send(path, sent = {}) {
      await whole(path, sent)
    },
    text: async (path, sent = {}) => (await whole(path, sent)).text,
    json: async (schema, path, sent = {}) => {
      const answer = await whole(path, sent)
      const parsed = schema.safeParse(parseJson(answer.text))
      if (parsed.success) return parsed.data
      throw new ApiError(unexpectedAnswer(answer))
    },
  }
}

function search(query: RequestOptions['query'] = {}): string {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) given.set(key, String(value))
  }
  return given.size === 0 ? '' : `?${given.toString()}`
}

function headersOf(token: string, { json, headers }: WholeHeaders): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  }
}

type WholeHeaders = Pick<WholeOptions, 'json' | 'headers'>

function errorOf(answer: WholeAnswer): ApiError {
  if (answer.contentType?.startsWith(PROBLEM_CONTENT_TYPE) === true) {
    const parsed = problem.safeParse(parseJson(answer.text))
    if (parsed.success) return new ApiError(parsed.data)
  }
  return new ApiError(unexpectedAnswer(answer))
}

function unexpectedAnswer({ status, statusText }: WholeAnswer): Problem {
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
