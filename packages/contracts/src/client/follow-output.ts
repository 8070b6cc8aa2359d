import { isFinal } from '@sleepless/domain'

import { OUTPUT_FROM_HEADER } from '../http/output.ts'
import { taskView } from '../http/task.ts'
import { createPatience, pause } from './patience.ts'
import type { Transport } from './transport.ts'

export interface OutputOptions {
  /** Until the task has ended. */
  readonly follow?: boolean | undefined
  readonly fromByte?: number | undefined
  /** Only so many lines before the present end; not together with `fromByte`. */
  readonly tailLines?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface FollowOutputOptions extends Pick<OutputOptions, 'fromByte' | 'tailLines'> {
  readonly signal: AbortSignal
}

/** One answer with the output of a task, in bytes as they are. */
export async function openOutput(
  transport: Transport,
  taskId: string,
  { follow, fromByte, tailLines, signal }: OutputOptions,
): Promise<Response> {
  return transport.open(`${task(taskId)}/output`, {
    query: { follow: follow === true ? 'true' : undefined, tail: tailLines },
    headers: fromByte === undefined ? {} : { range: `bytes=${fromByte}-` },
    signal,
  })
}

/**
 * The output of a task as it grows, each byte once, until the task has ended or the signal is
 * aborted. A connection that ends or breaks is made again from the byte reached.
 *
 * @throws {ApiUnreachableError} when the service stays away for ten minutes.
 * @throws {ApiError} for an answer that trying again cannot mend.
 */
export async function* followOutput(
  transport: Transport,
  taskId: string,
  { fromByte, tailLines, signal }: FollowOutputOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const patience = createPatience()
  let reached = fromByte
  while (!signal.aborted) {
    let pauseMs: number
    try {
      // Asked before the stream: one that began after the task's end holds all that is left.
      const { status } = await transport.json(taskView, task(taskId), { signal })
      const place = reached === undefined ? { tailLines } : { fromByte: reached }
      const response = await openOutput(transport, taskId, { follow: true, signal, ...place })
      reached ??= Number(response.headers.get(OUTPUT_FROM_HEADER) ?? 0)
      for await (const bytes of bodyOf(response)) {
        patience.reset()
        reached += bytes.byteLength
        yield bytes
      }
      if (isFinal(status)) return
      pauseMs = patience.soonMs
    } catch (error) {
      if (signal.aborted) return
      pauseMs = patience.nextDelayMs(error)
    }
    await pause(pauseMs, signal)
  }
}

export function bodyOf(response: Response): ReadableStream<Uint8Array> {
  return response.body ?? new Blob([]).stream()
}

function task(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}`
}
