import { ApiError } from '@sleepless/contracts'
import { isFinal } from '@sleepless/domain'

import { slackFailure } from '../slack/failure.ts'
import type { MessagePlace } from '../slack/message-place.ts'
import type { StatusMessages } from '../slack/messages.ts'
import type { TaskApi } from '../task-api.ts'
import type { Entry } from './entry.ts'
import { findTask } from './find-task.ts'
import type { StatusLedger } from './ledger.ts'
import { renderStatus, type StatusContent } from './render.ts'

export interface ServeDeps {
  readonly api: TaskApi
  readonly ledger: StatusLedger
  readonly messages: StatusMessages
  readonly unknownGraceMs: number
  /** Monotonic, in milliseconds. */
  readonly nowMs: () => number
}

/** `settled`: nothing is left to do for this task, now or after a restart. */
export type Served = 'settled' | 'open' | { readonly againAtMs: number }

/**
 * Brings one task's message up to date. It may stop anywhere, by an error or by the end of the
 * process, and be called again: then it goes on where the ledger says that it stopped.
 */
export async function serve(deps: ServeDeps, entry: Entry): Promise<Served> {
  const { api, ledger } = deps
  entry.isDirty = false
  const task = await findTask(api, entry.id)
  if (task === undefined) return 'settled'
  entry.task = task
  const hasEnded = isFinal(task.status)
  const isFinalShown = hasEnded && (await ledger.beginFinal(entry.id))
  // What this process has shown may have overwritten the end that another gateway showed.
  if (isFinalShown && entry.shownText === undefined) return 'settled'
  if (entry.isWithdrawn && !hasEnded && task.cancelRequestedAt === null) {
    await cancelUnlessEnded(api, entry.id)
    entry.isDirty = true
  }
  if (!entry.isWithdrawn && !entry.isMuted) {
    const againAtMs = await show(deps, entry, renderStatus(task, entry.action))
    if (againAtMs !== undefined) return { againAtMs }
  }
  if (!hasEnded) return 'open'
  if (!isFinalShown) await ledger.recordFinal(entry.id)
  return 'settled'
}

/** @returns when to come back, if it can't be shown yet. */
async function show(
  deps: ServeDeps,
  entry: Entry,
  content: StatusContent,
): Promise<number | undefined> {
  if (entry.place === undefined) {
    const againAtMs = await findPlace(deps, entry)
    if (againAtMs !== undefined) return againAtMs
  }
  if (entry.place === undefined) {
    entry.place = await post(deps, entry, content)
    entry.shownText = content.text
    entry.editedAtMs = deps.nowMs()
  }
  if (!entry.isRecorded) {
    await deps.ledger.recordPost(entry.id, entry.place)
    entry.isRecorded = true
  }
  if (entry.shownText !== content.text) {
    await deps.messages.edit(entry.place, entry.id, content)
    entry.shownText = content.text
    entry.editedAtMs = deps.nowMs()
  }
  return undefined
}

async function post(deps: ServeDeps, entry: Entry, content: StatusContent): Promise<MessagePlace> {
  try {
    return await deps.messages.post(entry.origin, entry.id, content)
  } catch (error) {
    // Without an answer it is not known whether the message is there: it must be looked for.
    entry.mayPost = slackFailure(error).kind !== 'uncertain'
    entry.unknownSinceMs = undefined
    throw error
  }
}

/**
 * Sets the entry's place, or its permission to post. Slack offers no "post unless it is there", so
 * after a crash between begin and complete the channel is searched first. Whoever had begun has long
 * ended by then, unless its process was frozen in between and goes on afterwards: such a process can
 * at worst double one message.
 */
async function findPlace(deps: ServeDeps, entry: Entry): Promise<number | undefined> {
  if (entry.mayPost) return undefined
  const state = await deps.ledger.beginPost(entry.id)
  if (state.kind === 'posted') {
    entry.place = state.place
    entry.isRecorded = true
  } else if (state.kind === 'ours') {
    entry.mayPost = true
  } else {
    entry.unknownSinceMs ??= deps.nowMs()
    const searchAtMs = entry.unknownSinceMs + deps.unknownGraceMs
    if (deps.nowMs() < searchAtMs) return searchAtMs
    const { id: taskId, origin, task } = entry
    const since = new Date(task.createdAt)
    entry.place = await deps.messages.find({ taskId, origin, since })
    entry.mayPost = entry.place === undefined
  }
  return undefined
}

async function cancelUnlessEnded(api: TaskApi, id: string): Promise<void> {
  try {
    await api.cancelTask(id)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error
  }
}
