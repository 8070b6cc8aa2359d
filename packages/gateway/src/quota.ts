import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

import type { Credential, Quota, QuotaWindow } from '@sleepless/domain'

const UNIFIED = 'anthropic-ratelimit-unified-'
const PLAIN = /^anthropic-ratelimit-(?!unified-)(.+)-(limit|remaining|reset)$/
const SECOND_MS = 1000

/**
 * What the headers of an answer say of the account's limits: those of a subscription (`unified`) and
 * those of a key.
 *
 * @returns undefined when they say nothing.
 */
export function quotaOf(
  headers: IncomingHttpHeaders,
  { credentialId, status, now }: QuotaContext,
): Quota | undefined {
  const windows = [...unifiedWindows(headers), ...plainWindows(headers)]
  const overall = text(headers, `${UNIFIED}status`)
  const isExhausted = status === 429 && (overall === 'rejected' || waitMs(headers) > LONG_WAIT_MS)
  if (windows.length === 0 && overall === undefined && !isExhausted) return undefined
  return { credentialId, isExhausted, windows, resetsAt: resetOf(headers, now) }
}

export interface QuotaContext {
  readonly credentialId: string
  /** Of the answer. */
  readonly status: number
  readonly now: Date
}

/** A longer wait is no matter of a rate: the agent does not wait for it either. */
const LONG_WAIT_MS = 60_000

/** A name for a credential that gives nothing of it away. */
export function credentialIdOf({ kind, value }: Credential): string {
  return `${kind}:${createHash('sha256').update(value).digest('hex').slice(0, 12)}`
}

function unifiedWindows(headers: IncomingHttpHeaders): readonly QuotaWindow[] {
  return Object.keys(headers).flatMap((header) => {
    const name = new RegExp(`^${UNIFIED}(.+)-utilization$`).exec(header)?.[1]
    if (name === undefined) return []
    const resetsAt = instantOf(text(headers, `${UNIFIED}${name}-reset`))
    return [{ name, utilization: numberOf(text(headers, header)), resetsAt }]
  })
}

function plainWindows(headers: IncomingHttpHeaders): readonly QuotaWindow[] {
  const names = new Set(Object.keys(headers).flatMap((header) => PLAIN.exec(header)?.[1] ?? []))
  return [...names].flatMap((name) => {
    const of = (field: string): string | undefined =>
      text(headers, `anthropic-ratelimit-${name}-${field}`)
    const [limit, remaining] = [numberOf(of('limit')), numberOf(of('remaining'))]
    if (limit === undefined || remaining === undefined || limit <= 0) return []
    return [{ name, utilization: 1 - remaining / limit, resetsAt: instantOf(of('reset')) }]
  })
}

function resetOf(headers: IncomingHttpHeaders, now: Date): Date | undefined {
  const wait = waitMs(headers)
  return (
    instantOf(text(headers, `${UNIFIED}reset`)) ??
    (wait > 0 ? new Date(now.getTime() + wait) : undefined)
  )
}

function waitMs(headers: IncomingHttpHeaders): number {
  return (numberOf(text(headers, 'retry-after')) ?? 0) * SECOND_MS
}

function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: string | undefined): number | undefined {
  const number = Number(value)
  return value !== undefined && Number.isFinite(number) ? number : undefined
}

/** Seconds since 1970, or RFC 3339. */
function instantOf(value: string | undefined): Date | undefined {
  if (value === undefined) return undefined
  const seconds = numberOf(value)
  const instant = seconds === undefined ? new Date(value) : new Date(seconds * SECOND_MS)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}
