import { expect, test } from 'vitest'

import {
  DependencyCycleError,
  DomainError,
  ExecutorUnavailableError,
  IdempotencyKeyReusedError,
  InvalidIdError,
  InvalidTransitionError,
  LeaseLostError,
  MessageTooLateError,
  OutputGapError,
  PreconditionFailedError,
  ProjectExistsError,
  ProjectInUseError,
  ProjectNotFoundError,
  RelatedTaskNotFoundError,
  TaskActiveError,
  TaskNotEndedError,
  TaskNotFoundError,
  WorkerDrainingError,
  WorkerGoneError,
  WorkerNotFoundError,
  TooManyMessagesError,
  WorkspaceError,
} from './errors.ts'

// Other programs branch on these codes.
test.each([
  [new InvalidIdError('task', 'x'), 'INVALID_ID'],
  [new TaskNotFoundError('x'), 'TASK_NOT_FOUND'],
  [new ProjectNotFoundError('x'), 'PROJECT_NOT_FOUND'],
  [new ProjectExistsError('x'), 'PROJECT_EXISTS'],
  [new RelatedTaskNotFoundError('dependsOn', 'x'), 'RELATED_TASK_NOT_FOUND'],
  [new DependencyCycleError(['x']), 'DEPENDENCY_CYCLE'],
  [new TaskNotEndedError('x', 'running'), 'TASK_NOT_ENDED'],
  [new TaskActiveError('x', 'running'), 'TASK_ACTIVE'],
  [new ProjectInUseError('x'), 'PROJECT_IN_USE'],
  [new PreconditionFailedError(), 'PRECONDITION_FAILED'],
  [new InvalidTransitionError('task', 'failed', 'start'), 'INVALID_TRANSITION'],
  [new LeaseLostError('x'), 'LEASE_LOST'],
  [new ExecutorUnavailableError('claude'), 'EXECUTOR_UNAVAILABLE'],
  [new WorkerDrainingError(), 'WORKER_DRAINING'],
  [new WorkerNotFoundError('x'), 'WORKER_NOT_FOUND'],
  [new WorkerGoneError('x', 'left'), 'WORKER_GONE'],
  [new IdempotencyKeyReusedError(), 'IDEMPOTENCY_KEY_REUSED'],
  [new OutputGapError(5, 3), 'OUTPUT_GAP'],
  [new WorkspaceError('disk full'), 'WORKSPACE_FAILED'],
])('%o has a code of its own', (error, code) => {
  expect(error).toBeInstanceOf(DomainError)
  expect(error).toMatchObject({ code, name: error.constructor.name })
})

test('a gap in output says from where to send again', () => {
  expect(new OutputGapError(5, 3).expectedOffset).toBe(3)
})

test.each([
  new TaskNotEndedError('x', 'running'),
  new TaskActiveError('x', 'running'),
  new InvalidTransitionError('task', 'running', 'start'),
  new MessageTooLateError({ id: 'x', status: 'running' }, 'is being canceled'),
  new TooManyMessagesError('running', 'at most 1 message'),
  new PreconditionFailedError('running'),
])('$name says how the task is at present', (error) => {
  expect(error.currentStatus).toBe('running')
})
