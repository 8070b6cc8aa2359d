import { expect, test } from 'vitest'

import {
  DependencyCycleError,
  DomainError,
  ExecutorUnavailableError,
  IdempotencyKeyReusedError,
  InvalidIdError,
  InvalidTransitionError,
  LeaseLostError,
  OutputGapError,
  ProjectExistsError,
  ProjectNotFoundError,
  RelatedTaskNotFoundError,
  TaskNotEndedError,
  TaskNotFoundError,
  WorkerDrainingError,
  WorkerGoneError,
  WorkerNotFoundError,
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
