import { backoffMs, type TaskStatus } from '@sleepless/domain'

import type { Outage } from '../outage.ts'
import type { TaskApi } from '../task-api.ts'
import type { GatewayTiming } from '../timing.ts'
import { pause } from '../wait.ts'
import type { StatusBoard } from './board.ts'
import type { EventFeed } from './feed.ts'
import { findTask } from './find-task.ts'

export interface RefreshDeps {
  readonly api: TaskApi
  readonly board: StatusBoard
  readonly feed: EventFeed
  readonly apiOutage: Outage
  readonly timing: GatewayTiming
}

const OPEN_STATUSES: readonly TaskStatus[] = ['queued', 'waiting', 'running']
const PAGE = 200

/**
 * Puts the open tasks of before the start on the board, once; after that, looks from time to time at
 * those on the board, because reasons to wait change without an event. Until disposed.
 */
export function startRefreshing(deps: RefreshDeps): AsyncDisposable {
  const { api, board, feed, apiOutage, timing } = deps
  const stopping = new AbortController()

  async function trackOpenTasks(): Promise<void> {
    for (const status of OPEN_STATUSES) {
      for await (const task of tasksIn(api, status)) {
        if (stopping.signal.aborted) return
        board.track(task)
      }
    }
  }
  async function lookAgain(): Promise<void> {
    for (const id of board.taskIds()) {
      if (stopping.signal.aborted) return
      const task = await findTask(api, id)
      if (task === undefined) board.touch(id)
      else if (board.has(id)) board.track(task)
    }
  }
  async function run(): Promise<void> {
    let hasTracked = false
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        if (hasTracked) await lookAgain()
        else await trackOpenTasks()
        hasTracked = true
        await feed.saveCursor()
        apiOutage.recovered()
        failures = 0
      } catch (error) {
        apiOutage.failed(error)
        failures += 1
      }
      const waitMs = failures === 0 ? timing.refreshEveryMs : backoffMs(failures, timing.retry)
      await pause(waitMs, stopping.signal)
    }
  }
  const running = run()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}

async function* tasksIn(api: TaskApi, status: TaskStatus) {
  let cursor: string | undefined
  do {
    const page = await api.tasks({ status, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    yield* page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
