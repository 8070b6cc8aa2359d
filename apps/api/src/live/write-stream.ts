import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

// A client that takes nothing for this long has gone, or might as well have.
const STALL_MS = 30_000

/**
 * Writes to a client no faster than it reads.
 *
 * @throws when the client is gone, or has stalled.
 */
export async function writeTo(
  response: ServerResponse,
  chunk: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (response.write(chunk)) return
  const deadline = AbortSignal.timeout(STALL_MS)
  await once(response, 'drain', { signal: AbortSignal.any([signal, deadline]) })
}

/** Aborted when the client has gone or the service stops. */
export function clientSignal(response: ServerResponse, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController()
  if (response.closed) gone.abort()
  response.once('close', () => gone.abort())
  return AbortSignal.any([gone.signal, stopping])
}
