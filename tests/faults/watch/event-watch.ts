import { setTimeout as pause } from 'node:timers/promises'

import type { ApiClient, EventView } from '@sleepless/contracts'

import type { SeenEvent } from '../check/evidence.ts'

/** An attempt that was claimed and has not ended, as far as was heard. */
export interface RunningAttempt {
  readonly attemptId: string
  readonly taskId: string
  readonly workerId: string
}

/** A client that follows the stream of events through whatever happens, and resumes where it broke. */
export interface EventWatch extends AsyncDisposable {
  /** All events since the stack's first, in the order in which they came. */
  readonly events: readonly SeenEvent[]
  readonly lastId: number
  running(): readonly RunningAttempt[]
  /** Names that workers gave themselves, by id. */
  readonly workerNames: ReadonlyMap<string, string>
}

const RECONNECT_MS = 50

export function watchEvents(client: ApiClient): EventWatch {
  const events: SeenEvent[] = []
  const running = new Map<string, RunningAttempt>()
  const workerNames = new Map<string, string>()
  const stopping = new AbortController()
  let lastId = 0

  function hear({ id, type, taskId, attemptId, data }: EventView): void {
    events.push({ id, type, taskId, attemptId, data, heardMs: performance.now() })
    lastId = id
    const workerId = String(data['workerId'])
    if (type === 'worker.joined') workerNames.set(workerId, String(data['name']))
    if (attemptId === null || taskId === null) return
    if (type === 'attempt.claimed') running.set(attemptId, { attemptId, taskId, workerId })
    if (type === 'attempt.finished') running.delete(attemptId)
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const stream = client.events({ after: lastId, signal: stopping.signal })
        for await (const event of stream) hear(event)
      } catch {
        // Down, or cut off: the next connection goes on from the last id.
      }
      if (!stopping.signal.aborted) await pause(RECONNECT_MS)
    }
  }

  const following = follow()
  return {
    events,
    get lastId() {
      return lastId
    },
    running: () => [...running.values()],
    workerNames,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await following
    },
  }
}

/** What a new client reads from one event to another, both included. */
export async function reread(
  client: ApiClient,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<readonly SeenEvent[]> {
  const found: SeenEvent[] = []
  if (last < first) return found
  const stopping = new AbortController()
  const deadline = setTimeout(() => stopping.abort(), 20_000)
  try {
    for await (const event of client.events({ after: first - 1, signal: stopping.signal })) {
      found.push({ ...event, heardMs: 0 })
      if (event.id >= last) break
    }
  } finally {
    clearTimeout(deadline)
    stopping.abort()
  }
  return found
}
