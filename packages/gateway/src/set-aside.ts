import type { ServerResponse } from 'node:http'

import { DAY_SPENT, NEVER_COVERED, NOBODY_ALLOWS, NOT_READABLE, sendApiError } from './api-error.ts'
import type { Reserve } from './reserve.ts'
import { worstCaseOf } from './worst-case.ts'

/**
 * Sets aside what a request may cost.
 *
 * @param body undefined for one that can't be read.
 * @returns undefined when it may not pass, which the client was told.
 */
export async function setAside(
  reserve: Reserve,
  body: Buffer | undefined,
  response: ServerResponse,
): Promise<Disposable | undefined> {
  if (body === undefined) {
    sendApiError(response, NOT_READABLE)
    return undefined
  }
  try {
    const aside = await reserve.take(worstCaseOf(body))
    if (aside === undefined) {
      sendApiError(response, isNeverCovered(reserve) ? NEVER_COVERED : DAY_SPENT)
    }
    return aside
  } catch {
    sendApiError(response, NOBODY_ALLOWS)
    return undefined
  }
}

/** Whether one was refused that no day's budget would cover. */
export function isNeverCovered(reserve: Reserve | undefined): boolean {
  const refusal = reserve?.refusal()
  return refusal !== undefined && refusal.nextChanceAt === undefined
}
