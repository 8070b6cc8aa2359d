import { z } from 'zod'

/** Slack's name for a message. */
export const messagePlace = z.object({ channel: z.string().min(1), ts: z.string().min(1) })
export type MessagePlace = z.output<typeof messagePlace>

/** Marks the metadata of status messages, which names the task. */
export const TASK_EVENT_TYPE = 'sleepless_task'
