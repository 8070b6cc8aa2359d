import type { ModelUse } from '@sleepless/domain'

import { HOUR_FACTOR, priceOf, WEB_SEARCH_MICRO_USD } from './prices.ts'

/** Tokens of one answer, as the provider counts them. */
export interface Tokens {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  /** Those of `cacheWrite` that are kept for an hour. */
  readonly cacheWriteHour: number
  readonly webSearches: number
}

export const NO_TOKENS: Tokens = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
  webSearches: 0,
}

const MILLION = 1_000_000

/** What one answer cost at list price, in micro-dollars, rounded up. */
export function costOf(model: string, tokens: Tokens): number {
  const price = priceOf(model)
  const written = tokens.cacheWrite + (HOUR_FACTOR - 1) * tokens.cacheWriteHour
  const perMillion =
    tokens.input * price.input +
    tokens.output * price.output +
    tokens.cacheRead * price.cacheRead +
    written * price.cacheWrite
  // A sum of fractions is a little too large or too small.
  const exact = Number((perMillion / MILLION).toFixed(3))
  return Math.ceil(exact) + tokens.webSearches * WEB_SEARCH_MICRO_USD
}

export function useOf(model: string, tokens: Tokens): ModelUse {
  return {
    model,
    requests: 1,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: tokens.cacheWrite,
    costMicroUsd: costOf(model, tokens),
  }
}

export function sumOf(a: ModelUse, b: ModelUse): ModelUse {
  return {
    model: a.model,
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
  }
}
