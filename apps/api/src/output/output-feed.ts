import type { TaskId } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'
import type { EventHub } from '../live/event-hub.ts'
import { readOutput, taskOutput } from './task-output.ts'

export interface OutputFeedOptions {
  readonly id: TaskId
  /** The byte at which to begin. */
  readonly from: number
  readonly signal: AbortSignal
}

interface Deps extends Pick<ApiDeps, 'store' | 'spool' | 'results'> {
  readonly hub: EventHub
}

/**
 * The output of a task as it grows; ends when the task has ended and this is all, or with the signal.
 *
 * @throws {TaskNotFoundError}
 */
export async function* outputFeed(
  deps: Deps,
  { id, from, signal }: OutputFeedOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Listening begins before looking, so that nothing is missed in between.
  let news = Promise.withResolvers<void>()
  const wake = (): void => news.resolve()
  using _watch = await deps.hub.watch(id, wake)
  signal.addEventListener('abort', wake)
  let sent = from
  while (!signal.aborted) {
    const output = await taskOutput(deps, id)
    for await (const chunk of readOutput(deps, output, sent, output.lengthBytes)) {
      yield chunk
      sent += chunk.length
    }
    if (output.isComplete) return
    await news.promise
    news = Promise.withResolvers()
  }
}
