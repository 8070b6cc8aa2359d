import { DomainError } from '@sleepless/domain'

/** The queue cannot be reached, or is closed. What was asked for may still have happened: ask again. */
export class QueueUnavailableError extends DomainError {
  override readonly name = 'QueueUnavailableError'
  readonly code = 'QUEUE_UNAVAILABLE'
}

/** The address names no queue we know. The message never holds the address: it may have a password. */
export class InvalidQueueUrlError extends DomainError {
  override readonly name = 'InvalidQueueUrlError'
  readonly code = 'INVALID_QUEUE_URL'

  constructor() {
    super('expected a queue address such as memory:, redis://host:6379 or rediss://host:6379/0')
  }
}
