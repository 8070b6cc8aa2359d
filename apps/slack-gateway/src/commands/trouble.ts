import { ApiError, ApiUnreachableError } from '@sleepless/contracts'

import { code, escapeText } from '../slack/escape.ts'
import { DeadlineError } from '../wait.ts'

const MAX_DETAIL_LENGTH = 1500

const SERVER_ERROR = 500

/** @returns whether the service gave no good answer, so that what it did is not known. */
export function isSilence(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= SERVER_ERROR
  return error instanceof ApiUnreachableError || error instanceof DeadlineError
}

/**
 * What to tell a person about a failed call.
 *
 * @throws the error itself when it is none of the api's: a defect.
 */
export function troubleText(error: unknown): string {
  if (isSilence(error)) {
    return ':warning: The Sleepless service did not answer. Try again in a minute; if it stays like this, somebody has to look at the service.'
  }
  if (!(error instanceof ApiError)) throw error
  const { detail, field } = error.problem
  const where = field === undefined ? '' : `${code(field)}: `
  return `:warning: ${where}${escapeText(detail, MAX_DETAIL_LENGTH)}`
}
