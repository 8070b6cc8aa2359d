import type { EventView } from '@sleepless/contracts'
import type { EventType } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import type { Outage } from '../outage.ts'
import type { TaskApi } from '../task-api.ts'
import type { GatewayTiming } from '../timing.ts'
import type { StatusBoard } from './board.ts'
import type { Cursor } from './cursor.ts'
import { startEventReader } from './event-reader.ts'
import { findTask } from './find-task.ts'

/** Tells the board what happens, from the saved cursor on, until disposed. */
export interface EventFeed extends AsyncDisposable {
  /** Saves up to which event everything has been shown. */
  saveCursor(): Promise<void>
}

export interface EventFeedDeps {
  readonly api: TaskApi
  readonly board: StatusBoard
  readonly cursor: Cursor
  readonly logger: Logger
  readonly apiOutage: Outage
  readonly timing: GatewayTiming
}

const ENDINGS: ReadonlySet<EventType> = new Set(['task.succeeded', 'task.failed', 'task.canceled'])
/** They change nothing that is shown; those of the ledger are echoes of what the gateway does. */
const SILENT: ReadonlySet<EventType> = new Set([
  'attempt.output',
  'effect.begun',
  'effect.completed',
])
const MAX_FOREIGN = 10_000

/**
 * Why no message stays stale, whenever the gateway ends: the cursor is never saved past an event
 * that ended a task before the task's message is final. So a task either ended after the cursor, and
 * its event comes again, or it has not ended, and `startRefreshing` finds it in the lists of open tasks.
 */
export function startEventFeed(deps: EventFeedDeps): EventFeed {
  const { api, board, cursor, timing } = deps
  const foreign = new Set<string>()
  let savedPosition = 0
  let lastNews = 0

  async function take(event: EventView): Promise<void> {
    const { id, type, taskId } = event
    if (SILENT.has(type)) return
    lastNews = id
    if (taskId === null || foreign.has(taskId)) return
    const news = newsOf(event)
    if (board.has(taskId)) board.touch(taskId, news)
    else if (type === 'task.submitted' || ENDINGS.has(type)) {
      const task = await findTask(api, taskId)
      if (task === undefined || !board.track(task, news)) remember(foreign, taskId)
    }
  }
  const reader = startEventReader({
    ...deps,
    ...timing,
    take,
    async loadPosition() {
      savedPosition = await cursor.load()
      return savedPosition
    },
  })
  return {
    async saveCursor() {
      const position = reader.position()
      // Its own echo would move the cursor forever.
      if (position === undefined || lastNews <= savedPosition) return
      const unsettled = board.oldestUnsettledEvent() ?? position + 1
      const settled = Math.min(position, unsettled - 1)
      if (settled <= savedPosition) return
      await cursor.save(settled)
      savedPosition = settled
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  }
}

function newsOf({ id, type, data: { action } }: EventView) {
  return {
    ...(ENDINGS.has(type) && { endEventId: id }),
    ...(typeof action === 'string' && { action }),
  }
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  const [oldest] = ids
  if (ids.size > MAX_FOREIGN && oldest !== undefined) ids.delete(oldest)
}
