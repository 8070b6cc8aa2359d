import type { ServerResponse } from 'node:http'

/** Answers as the Messages API does when something is wrong. */
export function sendApiError(response: ServerResponse, { status, type, message }: ApiError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ type: 'error', error: { type, message } }))
}

export interface ApiError {
  readonly status: number
  readonly type: string
  readonly message: string
}

export const NOT_YOURS: ApiError = {
  status: 401,
  type: 'authentication_error',
  message: 'This is not the credential of this attempt.',
}

/** The agent gives up at once on this status; on most others it tries again. */
export const BUDGET_SPENT: ApiError = {
  status: 403,
  type: 'permission_error',
  message: 'The budget of this task is spent.',
}

export const DAY_SPENT: ApiError = {
  status: 403,
  type: 'permission_error',
  message: "What is left of the day's budget does not cover this request.",
}

export const NEVER_COVERED: ApiError = {
  status: 403,
  type: 'permission_error',
  message: "This request alone could cost more than the day's budget.",
}

/** The agent tries again on this status. */
export const NOBODY_ALLOWS: ApiError = {
  status: 503,
  type: 'api_error',
  message: "Nobody could be asked for more of the day's budget.",
}

export const NOT_READABLE: ApiError = {
  status: 400,
  type: 'invalid_request_error',
  message: 'This is no request that the gateway can read.',
}

export const NOT_OFFERED: ApiError = {
  status: 404,
  type: 'not_found_error',
  message: 'Agents can ask the model here, and nothing else.',
}

export const NO_CREDENTIAL: ApiError = {
  status: 401,
  type: 'authentication_error',
  message: 'The worker has no model credential.',
}

export const OUT_OF_REACH: ApiError = {
  status: 502,
  type: 'api_error',
  message: 'The model provider could not be reached.',
}
