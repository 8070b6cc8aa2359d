import type { Problem } from '../http/problem.ts'

/** The service answered with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.field === undefined ? problem.detail : `${problem.field}: ${problem.detail}`)
    this.code = problem.code
    this.status = problem.status
    this.problem = problem
  }
}

/** No answer came: the service is not running, or not reachable from here. */
export class ApiUnreachableError extends Error {
  override readonly name = 'ApiUnreachableError'
  readonly code = 'API_UNREACHABLE'

  constructor(url: string, options?: ErrorOptions) {
    super(`no answer from ${url}`, options)
  }
}
