import type { ApiDeps } from '../deps.ts'

/** Names the epoch of the event log; a new one means that events have been taken back by a restore. */
export const EPOCH_HEADER = 'sleepless-epoch'

/** Id of the present epoch. */
export function epochOf(epochs: ApiDeps['store']['epochs']): string {
  return epochs.at(-1)?.id ?? ''
}
