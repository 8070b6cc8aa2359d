import type { TaskId } from '@sleepless/domain'
import type { FastifyReply } from 'fastify'

import type { ApiDeps } from '../deps.ts'
import { eventFeed } from '../live/event-feed.ts'
import { clientSignal, writeTo } from '../live/write-stream.ts'
import { readOutput, taskOutput } from './task-output.ts'

// The connection shows that it lives by its bytes alone; a silent agent is nothing to report.
const IDLE_MS = 60_000

/**
 * Sends the output as it grows, until the task has ended.
 *
 * @param range a `Range` header such as `bytes=1000-`: where to begin.
 */
export async function followOutput(
  deps: ApiDeps,
  id: TaskId,
  range: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let sent = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  const after = await deps.store.read((tx) => tx.events.head())
  let output = await taskOutput(deps, id)
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  const signal = clientSignal(response, deps.stopping)
  await using news = eventFeed(deps.store, {
    filter: { taskId: id },
    after,
    signal,
    idleMs: IDLE_MS,
  })
  try {
    for (;;) {
      for await (const chunk of readOutput(deps, output, sent, output.lengthBytes)) {
        await writeTo(response, chunk, signal)
        sent += chunk.length
      }
      if (output.isComplete) {
        response.end()
        return reply
      }
      if ((await news.next()).done === true) break
      output = await taskOutput(deps, id)
    }
  } catch {
    // The client is gone or stalled: it comes back with the offset that it has reached.
  }
  // An answer that is broken off shows that there is more to come.
  response.destroy()
  return reply
}
