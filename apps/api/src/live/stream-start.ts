import type { EventsReset } from '@sleepless/contracts'
import { taskId, type EventFilter, type EventType } from '@sleepless/domain'
import { isPosition } from '@sleepless/storage'

import type { ApiDeps } from '../deps.ts'
import { epochOf } from './epoch.ts'

export interface StreamStart {
  /** The stream begins with the event after this one. */
  readonly after: number
  /** To be told first: what was asked for is of a time that a restore has taken back. */
  readonly reset: EventsReset | undefined
}

/** @param asked the event after which to begin; without it, with the next new one. */
export async function streamStart(
  { store }: Pick<ApiDeps, 'store'>,
  asked: number | undefined,
): Promise<StreamStart> {
  const head = await store.read((tx) => tx.events.head())
  if (asked === undefined) return { after: head, reset: undefined }
  if (isPosition(store.epochs, head, asked)) return { after: asked, reset: undefined }
  return { after: head, reset: { epoch: epochOf(store.epochs), head } }
}

interface FilterQuery {
  readonly task?: string | undefined
  readonly project?: string | undefined
  readonly types?: readonly EventType[] | undefined
}

export function eventFilterOf({ task, project, types }: FilterQuery): EventFilter {
  return { taskId: task === undefined ? undefined : taskId(task), project, types }
}
