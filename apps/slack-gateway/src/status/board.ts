import type { TaskView } from '@sleepless/contracts'
import type { Logger } from '@sleepless/runtime'

import type { CommandBoard } from '../commands/command.ts'
import type { Outage } from '../outage.ts'
import type { StatusMessages } from '../slack/messages.ts'
import type { TaskApi } from '../task-api.ts'
import type { GatewayTiming } from '../timing.ts'
import { createWake } from '../wait.ts'
import { isUrgent, newEntry, nextUp, type Entry, type Pace } from './entry.ts'
import { createStatusLedger } from './ledger.ts'
import { originOf } from './origin.ts'
import { recover } from './recover.ts'
import { renderStatus } from './render.ts'
import { serve } from './serve.ts'
import { createWithdrawals } from './withdrawals.ts'

interface TaskNews {
  /** What the agent did last. */
  readonly action?: string
  /** The event that ended the task. */
  readonly endEventId?: number
}

/** Keeps the status messages of open tasks up to date, at Slack's pace. */
export interface StatusBoard extends CommandBoard, AsyncDisposable {
  /** @returns whether the task came through Slack. */
  track(task: TaskView, news?: TaskNews): boolean
  has(taskId: string): boolean
  /** Something happened to a task; nothing is done when it is not on the board. */
  touch(taskId: string, news?: TaskNews): void
  /** Those on the board. */
  taskIds(): readonly string[]
  /** The oldest event that ended a task whose message does not say so yet. */
  oldestUnsettledEvent(): number | undefined
}

export interface StatusBoardDeps {
  readonly api: TaskApi
  readonly messages: StatusMessages
  readonly logger: Logger
  readonly apiOutage: Outage
  readonly slackOutage: Outage
  readonly timing: GatewayTiming
}

const MAX_IN_FLIGHT = 4

export function createStatusBoard(deps: StatusBoardDeps): StatusBoard {
  const entries = new Map<string, Entry>()
  const withdrawals = createWithdrawals()
  const pump = startPump(deps, entries)

  function note(entry: Entry, { action, endEventId }: TaskNews): void {
    entry.action = action ?? entry.action
    entry.endEventId ??= endEventId
    entry.isDirty = true
    pump.wake()
  }
  const ofEnvelope = (envelope: string): Entry | undefined =>
    [...entries.values()].find(({ origin }) => origin.envelope === envelope)

  return {
    track(task, news = {}) {
      const origin = originOf(task)
      if (origin === undefined) return false
      const known = entries.get(task.id)
      const entry = known ?? newEntry(task, origin)
      if (known === undefined) {
        entry.isWithdrawn = withdrawals.has(origin.envelope)
        entries.set(task.id, entry)
      }
      const isNews = entry.shownText !== renderStatus(task, entry.action).text
      if (isNews || news.endEventId !== undefined) note(entry, news)
      return true
    },
    has: (taskId) => entries.has(taskId),
    touch(taskId, news = {}) {
      const entry = entries.get(taskId)
      if (entry !== undefined) note(entry, news)
    },
    taskIds: () => [...entries.keys()],
    oldestUnsettledEvent() {
      const ids = [...entries.values()].flatMap(({ endEventId }) => endEventId ?? [])
      return ids.length === 0 ? undefined : Math.min(...ids)
    },
    taskOf: (envelope) => ofEnvelope(envelope)?.task,
    withdraw: (envelope) => withdrawals.add(envelope),
    readmit(envelope) {
      withdrawals.delete(envelope)
      const entry = ofEnvelope(envelope)
      if (entry !== undefined) entry.isWithdrawn = false
    },
    [Symbol.asyncDispose]: () => pump[Symbol.asyncDispose](),
  }
}

const nowMs = (): number => performance.now()

interface Pump extends AsyncDisposable {
  /** There may be an entry to serve. */
  wake(): void
}

/** Serves one entry after the other, as fast as their pace allows; settled ones are removed. */
function startPump(deps: StatusBoardDeps, entries: Map<string, Entry>): Pump {
  const { timing } = deps
  const serveDeps = { ...deps, ...timing, ledger: createStatusLedger(deps.api), nowMs }
  const changed = createWake()
  const inFlight = new Set<Promise<void>>()
  let pace: Pace = { ...timing, lastOrdinaryMs: -Infinity, pausedUntilMs: -Infinity }
  const stopping = new AbortController()

  async function serveOne(entry: Entry): Promise<void> {
    const { editedAtMs } = entry
    entry.isBusy = true
    if (!isUrgent(entry)) pace = { ...pace, lastOrdinaryMs: nowMs() }
    try {
      const served = await serve(serveDeps, entry)
      entry.failures = 0
      deps.apiOutage.recovered()
      if (entry.editedAtMs !== editedAtMs) deps.slackOutage.recovered()
      if (served === 'settled') entries.delete(entry.id)
      else if (served !== 'open') {
        entry.isDirty = true
        entry.notBeforeMs = served.againAtMs
      }
    } catch (error) {
      // Slack limits each method by itself; one pause for all of them is on the safe side.
      const pauseMs = recover({ ...deps, ...timing }, entry, error, nowMs())
      pace = { ...pace, pausedUntilMs: Math.max(pace.pausedUntilMs, nowMs() + pauseMs) }
    } finally {
      entry.isBusy = false
      changed.wake()
    }
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const next = nextUp(entries.values(), pace, nowMs())
      if ('entry' in next && inFlight.size < MAX_IN_FLIGHT) {
        const served = serveOne(next.entry).finally(() => inFlight.delete(served))
        inFlight.add(served)
      } else {
        await changed.wait('waitMs' in next ? next.waitMs : timing.slackCallMs)
      }
    }
  }
  const running = run()
  return {
    wake: () => changed.wake(),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      changed.wake()
      await running
      // A message that is being posted now should still reach the ledger.
      await Promise.all(inFlight)
    },
  }
}
