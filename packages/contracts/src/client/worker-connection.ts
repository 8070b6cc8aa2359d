import { workerStreamHello } from '../internal/worker.ts'
import { ApiUnreachableError } from './errors.ts'
import type { Transport } from './transport.ts'

/** A worker's stream, open. */
export interface WorkerConnection {
  /** Resolves when it has ended, however that came about; never rejects. */
  readonly closed: Promise<void>
}

// A busy service may be late twice.
const MISSED_KEEP_ALIVES = 3

/**
 * Opens a worker's stream and watches over it: a peer that is gone without a word is noticed by its
 * silence.
 *
 * @throws {ApiUnreachableError} when it cannot be opened.
 */
export async function openConnection(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<WorkerConnection> {
  const hangUp = new AbortController()
  const ended = AbortSignal.any([signal, hangUp.signal])
  const { body, url } = await transport.open(path, { signal: ended })
  if (body === null) throw new ApiUnreachableError(url)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    const { keepAliveMs } = await readHello(reader)
    const closed = untilSilent(reader, keepAliveMs * MISSED_KEEP_ALIVES).finally(() =>
      hangUp.abort(),
    )
    return { closed }
  } catch (error) {
    hangUp.abort()
    signal.throwIfAborted()
    throw new ApiUnreachableError(new URL(url).origin, { cause: error })
  }
}

type Reader = ReadableStreamDefaultReader<string>

const HELLO_TIMEOUT_MS = 10_000

async function readHello(reader: Reader): Promise<{ readonly keepAliveMs: number }> {
  let text = ''
  while (!text.includes('\n')) {
    const part = await inTime(reader.read(), HELLO_TIMEOUT_MS)
    if (part === undefined || part.done) throw new Error('the stream ended before it began')
    text += part.value
  }
  return workerStreamHello.parse(JSON.parse(text.slice(0, text.indexOf('\n'))))
}

async function untilSilent(reader: Reader, timeoutMs: number): Promise<void> {
  try {
    for (;;) {
      const part = await inTime(reader.read(), timeoutMs)
      if (part === undefined || part.done) return
    }
  } catch {
    // Broken off is ended, too.
  }
}

/** @returns undefined when it takes longer. */
async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), timeoutMs)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
