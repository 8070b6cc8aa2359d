import { controlMessage, orderMessage } from '@sleepless/contracts'
import { attemptId, taskId, type ControlMessage, type Order } from '@sleepless/domain'

/** @returns undefined when `data`, which came out of a queue, is no order. */
export function parseOrder(data: unknown): Order | undefined {
  const order = orderMessage.safeParse(data).data
  if (order === undefined) return undefined
  return { ...order, attemptId: attemptId(order.attemptId), taskId: taskId(order.taskId) }
}

/** @returns undefined when `text` is no control message in JSON. */
export function parseControl(text: string): ControlMessage | undefined {
  const message = controlMessage.safeParse(parseJson(text)).data
  if (message === undefined || message.type === 'heed') return message
  return { ...message, attemptId: attemptId(message.attemptId) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
