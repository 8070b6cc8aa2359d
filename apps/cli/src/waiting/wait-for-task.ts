import {
  createPatience,
  pause,
  type ApiClient,
  type EventView,
  type TaskView,
} from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import type { Progress } from './progress.ts'

export interface WaitForTaskOptions {
  readonly client: ApiClient
  readonly progress: Progress
  readonly signal: AbortSignal
}

export type WaitEnd =
  | { readonly kind: 'ended'; readonly task: TaskView; readonly costUsd: number }
  /** It goes on by itself when the quota does, which may be hours away. */
  | { readonly kind: 'waiting-for-quota'; readonly task: TaskView }
  | { readonly kind: 'interrupted' }

// Why a task waits changes without an event, and a dead connection may look like a quiet one.
const POLL_MS = 3000

/**
 * Waits for the end of a task, across restarts of the service.
 *
 * @throws {ApiUnreachableError} when the service stays away for ten minutes, and whatever the
 * service answers that waiting cannot mend.
 */
export async function waitForTask(task: TaskView, options: WaitForTaskOptions): Promise<WaitEnd> {
  const { signal } = options
  const finished = new AbortController()
  const stop = AbortSignal.any([signal, finished.signal])
  try {
    return await Promise.race([poll(task, { ...options, signal: stop }), interruption(signal)])
  } finally {
    finished.abort()
  }
}

async function poll(submitted: TaskView, options: WaitForTaskOptions): Promise<WaitEnd> {
  const { client, progress, signal } = options
  const patience = createPatience()
  let nap = new AbortController()
  const listening = listen(submitted.id, options, () => nap.abort())

  let task = submitted
  while (!signal.aborted) {
    nap = new AbortController()
    let pauseMs = POLL_MS
    try {
      task = await client.task(task.id)
      const costUsd = await costOf(client, task)
      patience.reset()
      progress.show(task, costUsd)
      if (isFinal(task.status)) return { kind: 'ended', task, costUsd }
      if (task.waitingFor?.reason === 'quota') return { kind: 'waiting-for-quota', task }
    } catch (error) {
      if (signal.aborted) break
      pauseMs = patience.nextDelayMs(error)
      progress.lost()
    }
    await pause(pauseMs, AbortSignal.any([signal, nap.signal]))
  }
  await listening
  return { kind: 'interrupted' }
}

/**
 * Calls back for every event that may have changed the task, and when events stop coming; why they do
 * is for the caller to find out.
 */
async function listen(
  taskId: string,
  { client, progress, signal }: WaitForTaskOptions,
  onChange: () => void,
): Promise<void> {
  const options = { taskId, after: 0, signal, onDisconnect: onChange }
  try {
    for await (const event of client.followEvents(options)) {
      if (event.type === 'attempt.acted') progress.act(actionOf(event))
      else if (event.type !== 'attempt.output') onChange()
    }
  } catch {
    onChange()
  }
}

function actionOf({ data }: EventView): string {
  return typeof data['action'] === 'string' ? data['action'] : ''
}

async function costOf(client: ApiClient, task: TaskView): Promise<number> {
  if (task.result !== null) return task.result.costUsd
  if (task.attempts === 0) return 0
  const { items } = await client.attempts(task.id)
  return items.reduce((sum, { costUsd }) => sum + costUsd, 0)
}

function interruption(signal: AbortSignal): Promise<WaitEnd> {
  if (signal.aborted) return Promise.resolve({ kind: 'interrupted' })
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'interrupted' }), { once: true })
  })
}
