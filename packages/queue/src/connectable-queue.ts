import type { Queue } from '@sleepless/domain'

/** A queue that may have to be reached first. */
export interface ConnectableQueue extends Queue {
  /**
   * For the start of a service, so that it can end with one line instead of waiting for good.
   *
   * @throws {QueueUnavailableError} when the queue has not answered within `timeoutMs`.
   */
  waitUntilReady(options: { readonly timeoutMs: number }): Promise<void>
}
