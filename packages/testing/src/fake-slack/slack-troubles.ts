import type { ServerResponse } from 'node:http'

interface Trouble {
  timesLeft: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly error: string
}

/** Answers that a test has ordered, method by method. */
export interface SlackTroubles {
  rateLimit(method: string, options: { times: number; retryAfterSeconds: number }): void
  fail(method: string, error: string, times: number): void
  /** @returns whether there was trouble to answer with. */
  answer(method: string, response: ServerResponse): boolean
}

export function createSlackTroubles(): SlackTroubles {
  const troubles = new Map<string, Trouble>()
  return {
    rateLimit(method, { times, retryAfterSeconds }) {
      const headers = { 'retry-after': String(retryAfterSeconds) }
      troubles.set(method, { timesLeft: times, status: 429, headers, error: 'ratelimited' })
    },
    fail(method, error, times) {
      troubles.set(method, { timesLeft: times, status: 200, headers: {}, error })
    },
    answer(method, response) {
      const trouble = troubles.get(method)
      if (trouble === undefined || trouble.timesLeft < 1) return false
      trouble.timesLeft -= 1
      const { status, headers, error } = trouble
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify({ ok: false, error }))
      return true
    },
  }
}
