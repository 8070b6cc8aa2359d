import { setImmediate as nextTurn } from 'node:timers/promises'

import type { EventFilter } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'
import { BATCH_BYTES, type EventHub, type Member } from './event-hub.ts'
import { batchesOf, toLiveEvent, type Form } from './live-event.ts'
import type { Outlet } from './outlet.ts'

export interface FollowLogOptions {
  readonly filter: EventFilter
  /** Begin with the event after this one. */
  readonly after: number
  readonly form: Form
  readonly outlet: Outlet
  readonly signal: AbortSignal
}

interface Deps extends Pick<ApiDeps, 'store'> {
  readonly hub: EventHub
}

const PAGE = 200

/**
 * Sends a client all events that it asks for, each once and in order, until the signal: what has
 * been, at the pace at which it takes it, and from then on with all others. One that falls behind
 * goes on by itself again.
 *
 * @throws when the signal is aborted while the client has not taken what it was sent, and when the
 * log cannot be read.
 */
export async function followLog(deps: Deps, options: FollowLogOptions): Promise<void> {
  const { outlet, signal } = options
  let position = options.after
  let isAtHead = false
  while (!signal.aborted) {
    const visit = createVisit(options, position)
    using stay = deps.hub.join(visit.member, isAtHead)
    if (stay === undefined) {
      const reached = await readOn(deps, options, position)
      isAtHead = reached === position
      position = reached
    } else {
      await visit.until(signal)
      position = visit.member.position
      isAtHead = false
      if (!signal.aborted) await outlet.taken(signal)
    }
  }
}

/** Sends what comes next. @returns up to where the client has everything now. */
async function readOn(
  { store }: Deps,
  { filter, form, outlet, signal }: FollowLogOptions,
  after: number,
): Promise<number> {
  const { events, reached } = await store.read((tx) =>
    tx.events.scan(filter, { after, limit: PAGE }),
  )
  const found = events.map((event) => toLiveEvent(event, filter.project))
  for (const batch of batchesOf(found, BATCH_BYTES)) {
    outlet.send(batch.piecesFor({ form, filter, position: after }))
    await outlet.taken(signal)
  }
  // Nothing of the above need have waited for anything, and others want a turn.
  if (reached > after) await nextTurn()
  return reached
}

interface Visit {
  readonly member: Member
  /** Resolves when the client has fallen behind, or the signal is aborted. */
  until(signal: AbortSignal): Promise<void>
}

function createVisit({ filter, form, outlet }: FollowLogOptions, after: number): Visit {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const end = (): void => resolve()
  let position = after
  const member: Member = {
    form,
    filter,
    get position() {
      return position
    },
    take(batch) {
      outlet.send(batch.piecesFor(member))
      position = batch.lastId
      if (outlet.isFull) end()
      return !outlet.isFull
    },
    fail: reject,
  }
  return {
    member,
    async until(signal) {
      signal.addEventListener('abort', end)
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', end)
      }
    },
  }
}
