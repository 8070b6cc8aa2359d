import { ApiError } from '@sleepless/contracts'
import type { Logger } from '@sleepless/runtime'
import { z } from 'zod'

import type { TaskApi } from '../task-api.ts'

/** Up to which event everything has been shown: kept in the api's effect ledger. */
export interface Cursor {
  /** @returns 0 when nothing was ever saved: then the whole history is gone through once. */
  load(): Promise<number>
  save(eventId: number): Promise<void>
}

const KEY = 'slack-cursor'
const saved = z.object({ eventId: z.int().nonnegative() })

/**
 * The cursor only spares work: an older one makes the gateway look again at tasks whose end it has
 * shown, which it sees by their own rows. So it may be saved seldom, or fail to be.
 */
export function createCursor(api: TaskApi, logger: Logger): Cursor {
  let isRefused = false
  return {
    async load() {
      const { result } = await api.beginEffect({ key: KEY, kind: 'slack.cursor' })
      return saved.safeParse(result).data?.eventId ?? 0
    },
    async save(eventId) {
      if (isRefused) return
      try {
        await api.completeEffect(KEY, { eventId })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        isRefused = true
        logger.warn({ err: error }, 'the place in the event stream cannot be saved')
      }
    },
  }
}
