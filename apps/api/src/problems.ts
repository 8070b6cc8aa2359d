import { STATUS_CODES } from 'node:http'

import type { Problem } from '@sleepless/contracts'
import type { z } from 'zod'

/** A problem that is not about one field. */
export function plainProblem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code }
}

/** A request that is refused, as the answer says it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly statusCode: number
  readonly code: string
  readonly fields: Pick<Problem, 'field' | 'errors'>

  constructor(
    statusCode: number,
    code: string,
    detail: string,
    fields: Pick<Problem, 'field' | 'errors'> = {},
  ) {
    super(detail)
    this.statusCode = statusCode
    this.code = code
    this.fields = fields
  }
}

/** What a schema did not accept, with every field that was wrong. */
export function invalidRequest(issues: readonly z.core.$ZodIssue[]): ProblemError {
  const errors = issues.flatMap(fieldsOf)
  const [first] = errors
  return new ProblemError(400, 'INVALID_REQUEST', first?.message ?? 'the request is not valid', {
    ...(first && first.field !== '' && { field: first.field }),
    errors,
  })
}

function fieldsOf(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      message: 'there is no such field',
    }))
  }
  return [{ field: issue.path.join('.'), message: issue.message }]
}
