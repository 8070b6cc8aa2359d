import { PROBLEM_CONTENT_TYPE, type Problem } from '@sleepless/contracts'
import { DomainError } from '@sleepless/domain'
import { StoreFailureError, storeFailureOf } from '@sleepless/storage'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

import { plainProblem, ProblemError } from './problems.ts'

/** Domain code to HTTP status: the one place where the two vocabularies meet. */
const statusOf: Readonly<Record<string, number>> = {
  INVALID_ID: 400,
  TASK_NOT_FOUND: 404,
  PROJECT_NOT_FOUND: 404,
  MESSAGE_NOT_FOUND: 404,
  PROJECT_EXISTS: 409,
  PROJECT_IN_USE: 409,
  INVALID_TRANSITION: 409,
  LEASE_LOST: 409,
  EXECUTOR_UNAVAILABLE: 409,
  WORKER_DRAINING: 409,
  WORKER_NOT_FOUND: 404,
  WORKER_GONE: 409,
  TOKEN_NOT_FOUND: 404,
  TOKEN_EXISTS: 409,
  SECRET_SHOWN: 409,
  LOGIN_VOID: 401,
  OUTPUT_GAP: 409,
  EFFECT_NOT_BEGUN: 409,
  TASK_NOT_ENDED: 409,
  TASK_ACTIVE: 409,
  PRECONDITION_FAILED: 412,
  MESSAGE_TOO_LATE: 409,
  TOO_MANY_MESSAGES: 409,
  DEPENDENCY_CYCLE: 422,
  RELATED_TASK_NOT_FOUND: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  STORE_BUSY: 503,
  STORE_FULL: 503,
  STORE_READ_ONLY: 503,
  STORE_IO: 503,
  STORE_CORRUPT: 503,
}

// As long as it takes to notice that the disk has room again, and as a count of requests lasts.
const RETRY_AFTER_SECONDS = 1

/** What a problem is about, where the code alone says it. */
const fieldOf: Readonly<Record<string, string>> = {
  PROJECT_EXISTS: 'name',
  TOKEN_EXISTS: 'name',
  TASK_NOT_ENDED: 'followUpOf',
  DEPENDENCY_CYCLE: 'dependsOn',
  IDEMPOTENCY_KEY_REUSED: 'Idempotency-Key',
  PRECONDITION_FAILED: 'If-Match',
}

/** What fastify itself refuses, in our words. */
const fastifyCodes: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_JSON',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
}

export function handleError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const failure = storeFailureOf(error, 'what the service keeps')
  const problem = problemOf(failure ?? error)
  // A disk that fails is told of once, when it begins to, and not by every request that meets it.
  if (failure !== undefined) request.log.debug({ err: error }, 'request failed')
  else if (problem.status >= 500 && !isBrokenOff(request))
    request.log.error({ err: error, requestId: request.id }, 'request failed')
  if (problem.status === 503 || problem.status === 429)
    void reply.header('retry-after', RETRY_AFTER_SECONDS)
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply.status(problem.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem))
}

/** The client went away before it had sent everything: nothing here has failed. */
function isBrokenOff({ raw }: FastifyRequest): boolean {
  return raw.socket.destroyed && !raw.complete
}

export function handleNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = new ProblemError(404, 'NO_SUCH_ROUTE', 'there is nothing at this address')
  return handleError(error, request, reply)
}

function problemOf(error: FastifyError | Error): Problem {
  if (error instanceof ProblemError) {
    return { ...plainProblem(error.statusCode, error.code, error.message), ...error.fields }
  }
  if (error instanceof StoreFailureError) {
    const detail = `${error.summary}. ${error.remedy}`
    return plainProblem(statusOf[error.code] ?? 503, error.code, detail)
  }
  if (error instanceof DomainError || isCoded(error, 'STORE_BUSY')) {
    const field = fieldOf[error.code]
    const currentStatus = error instanceof DomainError ? error.currentStatus : undefined
    return {
      ...plainProblem(statusOf[error.code] ?? 500, error.code, error.message),
      ...(field !== undefined && { field }),
      ...(currentStatus !== undefined && { currentStatus }),
    }
  }
  if (isRefusedByFastify(error)) {
    const code = fastifyCodes[error.code] ?? 'INVALID_REQUEST'
    return plainProblem(error.statusCode, code, error.message)
  }
  return plainProblem(
    500,
    'INTERNAL',
    'something went wrong here; the log of the service says what',
  )
}

function isCoded(error: Error, code: string): error is Error & { code: string } {
  return 'code' in error && error.code === code
}

function isRefusedByFastify(error: Error): error is FastifyError & { statusCode: number } {
  return 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
}
