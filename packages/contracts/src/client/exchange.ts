/** A request that is there as a whole. */
export interface WholeRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  readonly signal: AbortSignal | undefined
  /** By when the whole answer must be there, in milliseconds. */
  readonly timeoutMs: number
}

/** An answer that is there as a whole. */
export interface WholeAnswer {
  readonly status: number
  readonly statusText: string
  readonly contentType: string | undefined
  readonly text: string
}

/**
 * Brings one request to a service, and its answer back.
 *
 * @throws when no whole answer comes, or the signal is aborted first.
 */
export type Exchange = (url: string, request: WholeRequest) => Promise<WholeAnswer>

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Over `fetch`, which is everywhere. */
export function exchangeOver(fetch: Fetch): Exchange {
  return async (url, { timeoutMs, ...request }) => {
    using deadline = deadlineOf(timeoutMs, request.signal)
    const { signal } = deadline
    const body = request.body === undefined ? null : bodyOf(request.body)
    // Awaited here: the deadline is for the whole answer, not for its head.
    return await wholeAnswerOf(await fetch(url, { ...request, body, signal }))
  }
}

/** Reads an answer to its end. */
export async function wholeAnswerOf(response: Response): Promise<WholeAnswer> {
  return {
    status: response.status,
    statusText: response.statusText,
    contentType: response.headers.get('content-type') ?? undefined,
    text: await response.text(),
  }
}

interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/** A signal that is aborted after a time, or with another. Unlike one of a timeout, it can be let go. */
export function deadlineOf(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  return {
    signal: signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** The type of `fetch` takes no bytes that may be shared between threads. */
function bodyOf(body: string | Uint8Array): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? body : Buffer.from(body)
}
