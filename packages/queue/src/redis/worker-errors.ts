/** BullMQ's codes for a job or its lock that is gone: after an outage, or another owner's. */
const LOST_JOB_CODES: ReadonlySet<unknown> = new Set([-1, -2, -3, -6])

/** @returns whether the error says only that BullMQ lost sight of a job; nothing depends on that. */
export function isLostJob(error: Error): boolean {
  if ('code' in error && LOST_JOB_CODES.has(error.code)) return true
  return error.message.startsWith('could not renew lock')
}

/** @returns whether the error is of the connection, whose loss is noticed and told elsewhere. */
export function isConnectionError(error: Error): boolean {
  if ('syscall' in error) return true
  return /^(Connection is closed|Socket timeout)/.test(error.message)
}
