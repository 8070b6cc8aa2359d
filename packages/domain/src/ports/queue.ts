import type { AttemptId, TaskId, WorkerId } from '../ids.ts'

/** The message that hands an attempt to a worker. It may arrive twice, late or never: the claim decides. */
export interface Order {
  readonly attemptId: AttemptId
  readonly taskId: TaskId
  readonly fence: number
}

/** Runs one order to its end; the slot is taken until then. */
export type OrderHandler = (order: Order) => Promise<void>

export interface OrderConsumer extends AsyncDisposable {
  /** Takes no further orders; those that run go on. */
  pause(): Promise<void>
}

export interface ControlMessage {
  readonly type: 'cancel'
  readonly attemptId: AttemptId
}

/** Carries orders to workers, and control messages past them. Nothing durable lives in it. */
export interface Queue extends AsyncDisposable {
  /** Adding the order of an attempt that is in the queue already changes nothing. */
  publish(order: Order): Promise<void>
  /** Takes back orders that need not be delivered any more; best effort. */
  withdraw(attemptIds: readonly AttemptId[]): Promise<void>
  consume(handler: OrderHandler, options: { readonly concurrency: number }): Promise<OrderConsumer>
  send(workerId: WorkerId, message: ControlMessage): Promise<void>
  listen(workerId: WorkerId, listener: (message: ControlMessage) => void): Promise<AsyncDisposable>
  /** Calls back when orders may have been lost: after the connection was away. */
  onReconnect(listener: () => void): void
}
