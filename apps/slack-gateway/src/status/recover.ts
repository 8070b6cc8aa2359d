import { webApi } from '@slack/bolt'
import { ApiError, ApiUnreachableError } from '@sleepless/contracts'
import { backoffMs, type BackoffPolicy } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

import type { Outage } from '../outage.ts'
import { isPermanent, slackFailure } from '../slack/failure.ts'
import type { Entry } from './entry.ts'

export interface RecoverDeps {
  readonly logger: Logger
  readonly apiOutage: Outage
  readonly slackOutage: Outage
  readonly retry: BackoffPolicy
}

/**
 * Decides when an entry that could not be served is served again.
 *
 * @returns how long (ms) Slack wants to hear nothing at all.
 */
export function recover(deps: RecoverDeps, entry: Entry, error: unknown, nowMs: number): number {
  entry.isDirty = true
  const failure = slackFailure(error)
  if (failure.kind === 'rate-limited') return failure.retryAfterMs
  if (failure.kind === 'refused' && isPermanent(failure.code)) {
    const { id: taskId } = entry
    deps.logger.warn({ taskId, slackError: failure.code }, 'a task cannot be shown in slack')
    entry.isMuted = true
    return 0
  }
  report(deps, entry, error)
  entry.failures += 1
  entry.notBeforeMs = nowMs + backoffMs(entry.failures, deps.retry)
  return 0
}

function report({ logger, apiOutage, slackOutage }: RecoverDeps, entry: Entry, error: unknown) {
  if (error instanceof ApiUnreachableError || error instanceof ApiError) apiOutage.failed(error)
  else if (error instanceof webApi.SlackError) slackOutage.failed(error)
  else logger.error({ err: error, taskId: entry.id }, 'a task could not be shown; trying on')
}
