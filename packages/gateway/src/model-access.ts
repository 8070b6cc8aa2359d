import type { IncomingMessage, ServerResponse } from 'node:http'

import type {
  Credential,
  ModelAccess,
  ModelAccessRequest,
  ModelUse,
  Quota,
} from '@sleepless/domain'

import { createAdmission, spends } from './admission.ts'
import { NO_CREDENTIAL, sendApiError } from './api-error.ts'
import { logged, type Exchange } from './exchange.ts'
import { createLedger } from './ledger.ts'
import { serve } from './listener.ts'
import { madeUp } from './made-up-credential.ts'
import { plainRequest } from './plain-request.ts'
import { credentialIdOf, quotaOf } from './quota.ts'
import { relay } from './relay.ts'
import { wholeBodyOf } from './request-body.ts'
import { createReserve } from './reserve.ts'
import { isNeverCovered, setAside } from './set-aside.ts'
import type { Upstream } from './upstream.ts'

const REDACTED = '[redacted]'

export interface ModelAccessDeps {
  readonly upstream: Upstream
  readonly credential: () => Credential | undefined
  readonly now: () => Date
  /** Where to listen; undefined: on a port. */
  readonly socketPath: string | undefined
  readonly onExchange: (exchange: Exchange) => void
  readonly onQuota: (quota: Quota) => void
}

/** Opens the way to the model for one attempt. */
export async function openModelAccess(
  deps: ModelAccessDeps,
  { attemptId, budgetMicroUsd, allowances }: ModelAccessRequest,
): Promise<ModelAccess> {
  const { upstream, credential, now, socketPath, onExchange, onQuota } = deps
  const shown = madeUp(credential()?.kind ?? 'api-key')
  const ledger = createLedger()
  const admission = createAdmission({ shown, budgetMicroUsd, ledger })
  const reserve = allowances && createReserve({ ledger, allowances, now })
  const closing = new AbortController()
  const secrets = new Set([shown.value])
  let quota: Quota | undefined

  function heedLimits({ headers, statusCode: status = 0 }: IncomingMessage, by: Credential): void {
    const found = quotaOf(headers, { credentialId: credentialIdOf(by), status, now: now() })
    if (found === undefined) return
    quota = found
    onQuota(found)
  }

  async function handle(
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<ModelUse | undefined> {
    const real = credential()
    const refusal = admission.refusalOf(incoming)
    if (refusal !== undefined || real === undefined) {
      // The rest of what it says is nobody's business.
      incoming.resume()
      sendApiError(response, refusal ?? NO_CREDENTIAL)
      return undefined
    }
    secrets.add(real.value)
    const onAnswer = (answer: IncomingMessage): void => heedLimits(answer, real)
    const { signal } = closing
    const passed = { upstream, ledger, credential: real, signal, onAnswer }
    if (reserve === undefined || !spends(incoming)) {
      return relay(incoming, response, { ...passed, body: undefined })
    }
    const body = plainRequest(await wholeBodyOf(incoming), incoming.headers)
    using _aside = await setAside(reserve, body, response)
    // Nobody waits for the answer any more.
    if (_aside === undefined || response.destroyed) return undefined
    return await relay(incoming, response, { ...passed, body })
  }

  const listener = await serve(socketPath, logged(attemptId, handle, onExchange))

  return {
    url: listener.url,
    socketPath,
    credential: shown,
    usage: () => ledger.usage(),
    takeUse: () => ledger.take(),
    isBudgetSpent: () => admission.isBudgetSpent() || isNeverCovered(reserve),
    heldUntil: () => reserve?.refusal()?.nextChanceAt,
    quota: () => quota,
    redact: (text) => [...secrets].reduce((left, one) => left.replaceAll(one, REDACTED), text),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await listener[Symbol.asyncDispose]()
    },
  }
}
