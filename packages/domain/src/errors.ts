import type { PushFailureCode } from './failures.ts'

/** Base of every failure the domain can name. `code` is stable: HTTP bodies, logs and metrics use it. */
export abstract class DomainError extends Error {
  abstract readonly code: string
  /** Of the task (or, for workers, attempt) that it is about, where somebody acted on a state that has passed. */
  readonly currentStatus?: string | undefined
}

/** The text is not an id of that kind. */
export class InvalidIdError extends DomainError {
  override readonly name = 'InvalidIdError'
  readonly code = 'INVALID_ID'

  constructor(kind: 'task' | 'attempt' | 'worker' | 'token', raw: string) {
    super(`expected a ${kind} id, got ${JSON.stringify(raw.slice(0, 60))}`)
  }
}

export class TaskNotFoundError extends DomainError {
  override readonly name = 'TaskNotFoundError'
  readonly code = 'TASK_NOT_FOUND'

  constructor(id: string) {
    super(`there is no task ${id}`)
  }
}

export class ProjectNotFoundError extends DomainError {
  override readonly name = 'ProjectNotFoundError'
  readonly code = 'PROJECT_NOT_FOUND'

  constructor(project: string) {
    super(`there is no project named ${JSON.stringify(project)}; add it with POST /v1/projects`)
  }
}

export class ProjectExistsError extends DomainError {
  override readonly name = 'ProjectExistsError'
  readonly code = 'PROJECT_EXISTS'

  constructor(project: string) {
    super(`a project named ${JSON.stringify(project)} exists already`)
  }
}

/** A project goes when nothing works on it any more. */
export class ProjectInUseError extends DomainError {
  override readonly name = 'ProjectInUseError'
  readonly code = 'PROJECT_IN_USE'

  constructor(project: string) {
    super(`tasks of the project ${JSON.stringify(project)} have not ended; cancel them first`)
  }
}

/** A task was to depend on, follow or belong to one that there is not. */
export class RelatedTaskNotFoundError extends DomainError {
  override readonly name = 'RelatedTaskNotFoundError'
  readonly code = 'RELATED_TASK_NOT_FOUND'
  /** The field of the submission that names it. */
  readonly field: RelationField

  constructor(field: RelationField, id: string) {
    super(`${field} names ${id}, and there is no such task`)
    this.field = field
  }
}

export type RelationField = 'dependsOn' | 'followUpOf' | 'parent'

/** Tasks would wait for each other for ever. */
export class DependencyCycleError extends DomainError {
  override readonly name = 'DependencyCycleError'
  readonly code = 'DEPENDENCY_CYCLE'

  /** @param way the tasks that lead back, in order; none when there are too many to look at. */
  constructor(way: readonly string[]) {
    super(
      way.length === 0
        ? 'the task would depend on too many others'
        : `the new task would wait for itself: it waits for ${way.join(', which waits for ')}, which waits for the new task`,
    )
  }
}

/** Only a task that has ended can be gone on with. */
export class TaskNotEndedError extends DomainError {
  override readonly name = 'TaskNotEndedError'
  readonly code = 'TASK_NOT_ENDED'
  override readonly currentStatus: string

  constructor(id: string, status: string) {
    super(`task ${id} is ${status}; a follow-up needs one that has ended`)
    this.currentStatus = status
  }
}

/** What may still go on does not go to the trash. */
export class TaskActiveError extends DomainError {
  override readonly name = 'TaskActiveError'
  readonly code = 'TASK_ACTIVE'
  override readonly currentStatus: string

  constructor(id: string, status: string) {
    super(`task ${id} is ${status}, and only one that has ended goes to the trash: cancel it first`)
    this.currentStatus = status
  }
}

/** No agent of the task is going to read what it is sent now. */
export class MessageTooLateError extends DomainError {
  override readonly name = 'MessageTooLateError'
  readonly code = 'MESSAGE_TOO_LATE'
  override readonly currentStatus: string

  /** @param because such as `has succeeded`. */
  constructor({ id, status }: { readonly id: string; readonly status: string }, because: string) {
    super(
      `task ${id} ${because}, so no agent would read the message; once it has ended, ` +
        `submit a follow-up (followUpOf) with what you have to say, or retry it`,
    )
    this.currentStatus = status
  }
}

/** The task was sent as much as an agent can be asked to read. */
export class TooManyMessagesError extends DomainError {
  override readonly name = 'TooManyMessagesError'
  readonly code = 'TOO_MANY_MESSAGES'
  override readonly currentStatus: string

  constructor(status: string, limit: string) {
    super(`a task takes ${limit}; cancel it, or wait for its end, and submit a follow-up`)
    this.currentStatus = status
  }
}

/** A worker spoke of a message that its task was never sent. */
export class MessageNotFoundError extends DomainError {
  override readonly name = 'MessageNotFoundError'
  readonly code = 'MESSAGE_NOT_FOUND'

  constructor(id: string, number: number) {
    super(`task ${id} was sent no message ${number}`)
  }
}

/** The state machine has no such move: somebody acted on a state that has passed. */
export class InvalidTransitionError extends DomainError {
  override readonly name = 'InvalidTransitionError'
  readonly code = 'INVALID_TRANSITION'
  override readonly currentStatus: string

  constructor(subject: 'task' | 'attempt', from: string, event: string) {
    super(`a ${subject} that is ${from} cannot ${event}`)
    this.currentStatus = from
  }
}

/** The worker cannot run the attempt's executor at present: leave its order to others. */
export class ExecutorUnavailableError extends DomainError {
  override readonly name = 'ExecutorUnavailableError'
  readonly code = 'EXECUTOR_UNAVAILABLE'

  constructor(executor: string) {
    super(`the worker cannot run the executor ${executor} at present`)
  }
}

/** The worker is to take nothing new: leave the order to others. */
export class WorkerDrainingError extends DomainError {
  override readonly name = 'WorkerDrainingError'
  readonly code = 'WORKER_DRAINING'

  constructor() {
    super('somebody asked that the worker take nothing new')
  }
}

export class WorkerNotFoundError extends DomainError {
  override readonly name = 'WorkerNotFoundError'
  readonly code = 'WORKER_NOT_FOUND'

  constructor(id: string) {
    super(`there is no worker ${id}`)
  }
}

/** The worker has said goodbye, or counts as lost: there is nothing to ask of it. */
export class WorkerGoneError extends DomainError {
  override readonly name = 'WorkerGoneError'
  readonly code = 'WORKER_GONE'

  constructor(id: string, status: string) {
    super(`the worker ${id} is ${status}`)
  }
}

/** The attempt is no longer this worker's: stop its agent, and write nothing more. */
export class LeaseLostError extends DomainError {
  override readonly name = 'LeaseLostError'
  readonly code = 'LEASE_LOST'

  constructor(attempt: string) {
    super(`the lease on attempt ${attempt} is not held by this worker`)
  }
}

/** The same idempotency key came before with another body. */
export class IdempotencyKeyReusedError extends DomainError {
  override readonly name = 'IdempotencyKeyReusedError'
  readonly code = 'IDEMPOTENCY_KEY_REUSED'

  constructor() {
    super('this Idempotency-Key was used before with another body')
  }
}

/** What was to be changed is not what whoever asked had seen of it: look again first. */
export class PreconditionFailedError extends DomainError {
  override readonly name = 'PreconditionFailedError'
  readonly code = 'PRECONDITION_FAILED'
  override readonly currentStatus: string | undefined

  /** @param status of the task, where it is one. */
  constructor(status?: string) {
    super('it has changed since: its ETag is none of those in If-Match')
    this.currentStatus = status
  }
}

/** Bytes were offered at an offset that leaves a hole; send again from `expectedOffset`. */
export class OutputGapError extends DomainError {
  override readonly name = 'OutputGapError'
  readonly code = 'OUTPUT_GAP'
  readonly expectedOffset: number

  constructor(offset: number, expectedOffset: number) {
    super(`expected output from byte ${expectedOffset} on, got byte ${offset}`)
    this.expectedOffset = expectedOffset
  }
}

/** A workspace could not be made, or its work not be committed. */
export class WorkspaceError extends DomainError {
  override readonly name = 'WorkspaceError'
  readonly code = 'WORKSPACE_FAILED'
}

/** A program could not be enclosed as it was asked for: run it in no other way. */
export class SandboxError extends DomainError {
  override readonly name = 'SandboxError'
  readonly code = 'SANDBOX_UNAVAILABLE'
}

/** A branch could not be brought to its remote; the message holds no credentials. */
export class PushError extends DomainError {
  override readonly name = 'PushError'
  readonly code: PushFailureCode

  constructor(code: PushFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
