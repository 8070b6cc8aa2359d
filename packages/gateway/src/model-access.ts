import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Credential, ModelAccess, ModelAccessRequest, Quota } from '@sleepless/domain'

import { createAdmission, pathOf } from './admission.ts'
import { NO_CREDENTIAL, sendApiError } from './api-error.ts'
import { createLedger } from './ledger.ts'
import { serve } from './listener.ts'
import { madeUp } from './made-up-credential.ts'
import { credentialIdOf, quotaOf } from './quota.ts'
import { relay } from './relay.ts'
import type { Upstream } from './upstream.ts'

const REDACTED = '[redacted]'

/** One request, for a log: nothing of what was said. */
export interface Exchange {
  readonly attemptId: string
  readonly method: string
  readonly path: string
  /** Absent when the client hung up before there was one. */
  readonly status: number | undefined
  readonly durationMs: number
}

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
  { attemptId, budgetMicroUsd }: ModelAccessRequest,
): Promise<ModelAccess> {
  const { upstream, credential, now, socketPath, onExchange, onQuota } = deps
  const shown = madeUp(credential()?.kind ?? 'api-key')
  const ledger = createLedger()
  const admission = createAdmission({ shown, budgetMicroUsd, ledger })
  const closing = new AbortController()
  const secrets = new Set([shown.value])
  let quota: Quota | undefined

  function heedLimits({ headers, statusCode: status = 0 }: IncomingMessage, by: Credential): void {
    const found = quotaOf(headers, { credentialId: credentialIdOf(by), status, now: now() })
    if (found === undefined) return
    quota = found
    onQuota(found)
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const real = credential()
    const refusal = admission.refusalOf(incoming)
    if (refusal !== undefined || real === undefined) {
      // The rest of what it says is nobody's business.
      incoming.resume()
      sendApiError(response, refusal ?? NO_CREDENTIAL)
      return
    }
    secrets.add(real.value)
    const onAnswer = (answer: IncomingMessage): void => heedLimits(answer, real)
    const { signal } = closing
    await relay(incoming, response, { upstream, ledger, credential: real, signal, onAnswer })
  }

  const listener = await serve(socketPath, (incoming, response) => {
    const { method = '' } = incoming
    const begunMs = performance.now()
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : undefined
      const durationMs = performance.now() - begunMs
      onExchange({ attemptId, method, path: pathOf(incoming), status, durationMs })
    })
    void handle(incoming, response)
  })

  return {
    url: listener.url,
    socketPath,
    credential: shown,
    usage: () => ledger.usage(),
    takeUse: () => ledger.take(),
    isBudgetSpent: () => admission.isBudgetSpent(),
    quota: () => quota,
    redact: (text) => [...secrets].reduce((left, one) => left.replaceAll(one, REDACTED), text),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await listener[Symbol.asyncDispose]()
    },
  }
}
