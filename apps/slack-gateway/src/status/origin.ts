import type { TaskView } from '@sleepless/contracts'
import { z } from 'zod'

const slackId = z.string().regex(/^[A-Z0-9]{1,40}$/)

/** Where in Slack a task came from: its `metadata.slack`. */
const origin = z.object({
  channel: slackId,
  user: slackId,
  team: slackId.optional(),
  /** Id of the Socket Mode envelope that brought the command. */
  envelope: z.string().max(200).optional(),
})
export type Origin = z.output<typeof origin>

/** @returns undefined for a task that did not come through Slack. */
export function originOf(task: TaskView): Origin | undefined {
  return origin.safeParse(task.metadata?.['slack']).data
}
