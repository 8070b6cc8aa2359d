import type { webApi } from '@slack/bolt'
import type { Logger } from '@sleepless/runtime'

import type { Origin } from '../status/origin.ts'
import type { StatusContent } from '../status/render.ts'
import { isClosedChannel, isRefusal } from './failure.ts'
import { messagePlace, TASK_EVENT_TYPE, type MessagePlace } from './message-place.ts'
import { findMessage, type Search } from './message-search.ts'

/** The status messages in Slack. Each names its task in its metadata. Methods throw bolt's errors. */
export interface StatusMessages {
  /** Posts to the channel, or to the person when the app may not write there. */
  post(origin: Origin, taskId: string, content: StatusContent): Promise<MessagePlace>
  edit(place: MessagePlace, taskId: string, content: StatusContent): Promise<void>
  /** @returns undefined when there is no message of the task, as far as the app can see. */
  find(search: Search): Promise<MessagePlace | undefined>
}

export function createStatusMessages(client: webApi.WebClient, logger: Logger): StatusMessages {
  async function postTo(
    channel: string,
    taskId: string,
    content: StatusContent,
  ): Promise<MessagePlace> {
    const quiet = { unfurl_links: false, unfurl_media: false }
    const sent = { ...messageOf(taskId, content), ...quiet, channel }
    return messagePlace.parse(await client.apiCall('chat.postMessage', sent))
  }
  return {
    async post({ channel, user }, taskId, content) {
      try {
        return await postTo(channel, taskId, content)
      } catch (error) {
        if (!isRefusal(error, isClosedChannel)) throw error
        logger.info({ taskId, channel }, 'no access to the channel; reporting to the person')
        return postTo(user, taskId, content)
      }
    },
    async edit({ channel, ts }, taskId, content) {
      await client.chat.update({ ...messageOf(taskId, content), channel, ts })
    },
    find: (search) => findMessage(client, logger, search),
  }
}

// Without parsing and linking, which make mentions of plain words.
function messageOf(taskId: string, { text, blocks }: StatusContent) {
  return {
    text,
    blocks,
    parse: 'none',
    link_names: false,
    metadata: { event_type: TASK_EVENT_TYPE, event_payload: { task_id: taskId } },
  } as const
}
