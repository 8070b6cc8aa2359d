import { messagePlace, type MessagePlace } from '../slack/message-place.ts'
import type { TaskApi } from '../task-api.ts'

/** What the effect ledger says about a task's message. */
type PostState =
  /** Nobody has begun to post it: it is the caller's to post. */
  | { readonly kind: 'ours' }
  /** Somebody began, and perhaps posted it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'posted'; readonly place: MessagePlace }

/** The rows that this gateway keeps in the api's effect ledger; it has no disk of its own. */
export interface StatusLedger {
  beginPost(taskId: string): Promise<PostState>
  recordPost(taskId: string, place: MessagePlace): Promise<void>
  /** @returns whether the message shows the task's end already. */
  beginFinal(taskId: string): Promise<boolean>
  recordFinal(taskId: string): Promise<void>
}

export function createStatusLedger(api: TaskApi): StatusLedger {
  return {
    async beginPost(taskId) {
      const { state, result } = await api.beginEffect({
        key: postKey(taskId),
        kind: 'slack.message',
        taskId,
      })
      if (state === 'begun') return { kind: 'ours' }
      const place = messagePlace.safeParse(result)
      return place.success ? { kind: 'posted', place: place.data } : { kind: 'unknown' }
    },
    async recordPost(taskId, { channel, ts }) {
      await api.completeEffect(postKey(taskId), { channel, ts })
    },
    // An edit may be repeated freely, so this row needs no `unknown`: it only says "done".
    async beginFinal(taskId) {
      const { state } = await api.beginEffect({
        key: finalKey(taskId),
        kind: 'slack.message-final',
        taskId,
      })
      return state === 'completed'
    },
    async recordFinal(taskId) {
      await api.completeEffect(finalKey(taskId), {})
    },
  }
}

function postKey(taskId: string): string {
  return `slack-status:${taskId}`
}

function finalKey(taskId: string): string {
  return `slack-final:${taskId}`
}
