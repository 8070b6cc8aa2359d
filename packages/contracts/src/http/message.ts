import { z } from 'zod'

import { attemptIdField, instantField, taskIdField, textField } from './fields.ts'

/** Largest message, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 16 * 1024

/** Body of `POST /v1/tasks/{id}/messages`. */
export const sendMessageBody = z.strictObject({ text: textField('message', MAX_MESSAGE_BYTES) })
export type SendMessageBody = z.input<typeof sendMessageBody>

/** From 1 within the task, in the order in which they were accepted. */
export const messageNumberField = z.int().positive()

export const messageView = z.object({
  taskId: taskIdField,
  number: messageNumberField,
  text: z.string(),
  receivedAt: instantField,
  /** When an agent was first given it, and which attempt's; null until one was. */
  deliveredAt: instantField.nullable(),
  attemptId: attemptIdField.nullable(),
})
export type MessageView = z.output<typeof messageView>

export const messageList = z.object({ items: z.array(messageView), nextCursor: z.null() })
export type MessageList = z.output<typeof messageList>
