import type { AttemptId, TaskId } from './ids.ts'

/** Something that was said to a task after it was submitted. */
export interface Message {
  readonly taskId: TaskId
  /** From 1 within the task, in the order in which they were accepted. */
  readonly number: number
  readonly text: string
  readonly receivedAt: Date
  /** The attempt whose agent was given it first, and when; both absent until one was. */
  readonly attemptId: AttemptId | undefined
  readonly deliveredAt: Date | undefined
}

/** How many messages a task takes; whoever has more to say submits a follow-up. */
export const MAX_TASK_MESSAGES = 100
/** Of all messages of a task together, in characters: an agent has to read them all. */
export const MAX_TASK_MESSAGE_CHARACTERS: number = 256 * 1024
