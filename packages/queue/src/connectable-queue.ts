import type { Queue } from '@sleepless/domain'

/** Something about the server of a queue that costs time one day; nothing is lost by it. */
export interface QueueConcern {
  /** Constant, for logs. */
  readonly message: string
  /** What was found, and what to do about it: each a sentence. */
  readonly detail: string
  readonly remedy: string
}

/** A queue that may have to be reached first. */
export interface ConnectableQueue extends Queue {
  /**
   * For the start of a service, so that it can end with one line instead of waiting for good.
   *
   * @throws {QueueUnavailableError} when the queue has not answered within `timeoutMs`.
   */
  waitUntilReady(options: { readonly timeoutMs: number }): Promise<void>
  /**
   * What its server should be told otherwise; nothing where the server does not say.
   *
   * @throws {QueueUnavailableError}
   */
  concerns(): Promise<readonly QueueConcern[]>
}
