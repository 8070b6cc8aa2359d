import type { IncomingMessage } from 'node:http'

import type { Credential } from '@sleepless/domain'

import { BUDGET_SPENT, NOT_OFFERED, NOT_YOURS, type ApiError } from './api-error.ts'
import type { Ledger } from './ledger.ts'
import { isShown } from './made-up-credential.ts'

/** What an agent may ask for. Anything else could spend, or keep, what nobody counts. */
const OFFERED = /^(POST \/v1\/messages(\/count_tokens)?|GET \/v1\/models(\/[\w.-]+)?)$/

/** Says which requests of an agent pass. */
export interface Admission {
  /** @returns why it does not; undefined when it does. */
  refusalOf(incoming: IncomingMessage): ApiError | undefined
  /** Whether one was refused because nothing is left to spend. */
  isBudgetSpent(): boolean
}

export interface AdmissionOptions {
  /** The credential that the agent was given. */
  readonly shown: Credential
  readonly budgetMicroUsd: number | undefined
  readonly ledger: Pick<Ledger, 'usage'>
}

export function createAdmission({ shown, budgetMicroUsd, ledger }: AdmissionOptions): Admission {
  let isBudgetSpent = false
  return {
    refusalOf(incoming) {
      if (!isShown(shown, incoming.headers)) return NOT_YOURS
      if (!OFFERED.test(`${incoming.method} ${pathOf(incoming)}`)) return NOT_OFFERED
      if (budgetMicroUsd === undefined) return undefined
      if (ledger.usage().costMicroUsd < budgetMicroUsd) return undefined
      isBudgetSpent = true
      return BUDGET_SPENT
    },
    isBudgetSpent: () => isBudgetSpent,
  }
}

/** Whether it costs anything. */
export function spends(incoming: IncomingMessage): boolean {
  return incoming.method === 'POST' && pathOf(incoming) === '/v1/messages'
}

/** Without the query. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}
