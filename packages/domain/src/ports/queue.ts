import type { AttemptId, TaskId, WorkerId } from '../ids.ts'

/** The message that hands an attempt to a worker. It may arrive twice, late or never: the claim decides. */
export interface Order {
  readonly attemptId: AttemptId
  readonly taskId: TaskId
  readonly fence: number
  /** Whose workers may take it: see `poolOf`. */
  readonly pool: string
}

/** Runs one order to its end; the slot is taken until then. */
export type OrderHandler = (order: Order) => Promise<void>

export interface OrderConsumer extends AsyncDisposable {
  /** Takes no further orders, for good; those that run go on. */
  pause(): Promise<void>
}

export type ControlMessage =
  | {
      /**
       * `cancel`, `stop`: its agent is to stop, for its task was canceled, or the whole service is stopped.
       * `message`: there is something for its agent, which the next heartbeat brings.
       */
      readonly type: 'cancel' | 'stop' | 'message'
      readonly attemptId: AttemptId
    }
  /** There is something for the worker itself, which the next heartbeat brings. */
  | { readonly type: 'heed' }

export interface ConsumeOptions {
  readonly concurrency: number
  /** The pool whose orders are taken. */
  readonly pool: string
}

/** Carries orders to workers, and control messages past them. Nothing durable lives in it. */
export interface Queue extends AsyncDisposable {
  /** Adding the order of an attempt that is in the queue already changes nothing. */
  publish(orders: readonly Order[]): Promise<void>
  /** Publishes anew those that the queue has lost, wholly or in part; for orders that nobody takes. */
  restore(orders: readonly Order[]): Promise<void>
  /** Takes back orders that need not be delivered any more; best effort. */
  withdraw(orders: readonly Pick<Order, 'attemptId' | 'pool'>[]): Promise<void>
  /** Orders that a consumer took and nobody holds any more: at most `limit`, and others the next time. */
  abandoned(limit: number): Promise<readonly Pick<Order, 'attemptId' | 'pool'>[]>
  consume(handler: OrderHandler, options: ConsumeOptions): Promise<OrderConsumer>
  send(workerId: WorkerId, message: ControlMessage): Promise<void>
  listen(workerId: WorkerId, listener: (message: ControlMessage) => void): Promise<AsyncDisposable>
  /** Whether it could be used at present, as far as is known; asks nobody. */
  isReachable(): boolean
  /** Calls back when orders may have been lost: after the connection was away. */
  onReconnect(listener: () => void): Disposable
}
