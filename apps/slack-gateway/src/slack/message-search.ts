import type { webApi } from '@slack/bolt'
import type { Logger } from '@sleepless/runtime'
import { z } from 'zod'

import type { Origin } from '../status/origin.ts'
import { isRefusal, isUnreadable } from './failure.ts'
import { TASK_EVENT_TYPE, type MessagePlace } from './message-place.ts'

export interface Search {
  readonly taskId: string
  readonly origin: Origin
  /** The message is not older than this. */
  readonly since: Date
}

const PAGE = 200
/** A message that is further back than 10,000 others is not found. */
const MAX_PAGES = 50
// Between Slack's clock and that of the service.
const CLOCK_SKEW_MS = 5 * 60_000

/**
 * Looks for the message of a task where it can have been posted: in the channel, or among the direct
 * messages. In a public channel the app may write without being a member, but not read: a message
 * that can't be looked for there is posted again, doubled at worst, and never missing.
 */
export async function findMessage(
  client: webApi.WebClient,
  logger: Logger,
  { taskId, origin: { channel, user }, since }: Search,
): Promise<MessagePlace | undefined> {
  const orUnreadable = async (
    search: () => Promise<MessagePlace | undefined>,
  ): Promise<MessagePlace | undefined> => {
    try {
      return await search()
    } catch (error) {
      if (!isRefusal(error, isUnreadable)) throw error
      logger.warn({ taskId, channel, err: error }, 'a channel cannot be searched; invite the app')
      return undefined
    }
  }
  const found = await orUnreadable(() => findIn(client, channel, taskId, since))
  if (found !== undefined) return found
  return orUnreadable(async () => {
    const { channel: direct } = await client.conversations.open({ users: user })
    return direct?.id === undefined ? undefined : findIn(client, direct.id, taskId, since)
  })
}

async function findIn(
  client: webApi.WebClient,
  channel: string,
  taskId: string,
  since: Date,
): Promise<MessagePlace | undefined> {
  const oldest = String((since.getTime() - CLOCK_SKEW_MS) / 1000)
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { messages = [], response_metadata: next } = await client.conversations.history({
      channel,
      oldest,
      limit: PAGE,
      include_all_metadata: true,
      ...(cursor !== undefined && { cursor }),
    })
    const ts = messages.find(({ metadata }) => namesTask(metadata, taskId))?.ts
    if (ts !== undefined) return { channel, ts }
    if (next?.next_cursor === undefined || next.next_cursor === '') return undefined
    cursor = next.next_cursor
  }
  return undefined
}

const taskMetadata = z.object({
  event_type: z.literal(TASK_EVENT_TYPE),
  event_payload: z.object({ task_id: z.string() }),
})

function namesTask(metadata: unknown, taskId: string): boolean {
  return taskMetadata.safeParse(metadata).data?.event_payload.task_id === taskId
}
