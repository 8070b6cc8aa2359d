import { ApiError, type ApiClient } from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import { createPatience } from '../waiting/outage.ts'
import { pause } from '../waiting/pause.ts'

const RANGE_NOT_SATISFIABLE = 416
// A stream that ends before its task does means a service that stops; it is not there at once again.
const AGAIN_AFTER_MS = 250

export interface FollowOutputOptions {
  readonly signal: AbortSignal
  /** Where to begin. Default: at the beginning. */
  readonly fromByte?: number
}

/**
 * The output of a task as it grows, each byte once, until the task has ended or the signal is
 * aborted. A connection that ends or breaks is made again from the byte reached.
 *
 * @throws {ApiUnreachableError} when the service stays away for ten minutes.
 */
export async function* followOutput(
  client: ApiClient,
  taskId: string,
  { signal, fromByte = 0 }: FollowOutputOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const patience = createPatience()
  let offset = fromByte
  while (!signal.aborted) {
    let pauseMs = AGAIN_AFTER_MS
    try {
      // Asked before the stream: one that began after the task's end holds all that is left.
      const { status } = await client.task(taskId)
      for await (const bytes of await openOutput(client, taskId, { offset, signal })) {
        patience.reset()
        offset += bytes.byteLength
        yield bytes
      }
      if (isFinal(status)) return
    } catch (error) {
      if (signal.aborted) return
      pauseMs = patience.nextDelayMs(error)
    }
    await pause(pauseMs, signal)
  }
}

async function openOutput(
  client: ApiClient,
  taskId: string,
  { offset, signal }: { readonly offset: number; readonly signal: AbortSignal },
): Promise<AsyncIterable<Uint8Array>> {
  try {
    const fromByte = offset === 0 ? {} : { fromByte: offset }
    return await client.output(taskId, { follow: true, signal, ...fromByte })
  } catch (error) {
    if (error instanceof ApiError && error.status === RANGE_NOT_SATISFIABLE) return nothing()
    throw error
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
