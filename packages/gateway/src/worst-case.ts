import { z } from 'zod'

import { parseJson } from './parse-json.ts'
import { priceOf, WEB_SEARCH_MICRO_USD, HOUR_FACTOR } from './prices.ts'

/** No model reads more at once. */
const CONTEXT_TOKENS = 1_000_000
/** No model writes more in one answer. */
const OUTPUT_TOKENS = 128_000
/** An image costs by its size on the screen, however well it is packed. */
const IMAGE_TOKENS = 5_000
/** What the provider adds on its own, for tools. */
const ADDED_TOKENS = 2_000
/** Of a search tool that names no limit of its own. */
const SEARCHES = 20
const MILLION = 1_000_000

const asked = z.object({
  model: z.string().catch(''),
  max_tokens: z.number().positive().catch(OUTPUT_TOKENS),
  tools: z
    .array(z.object({ type: z.string().optional(), max_uses: z.number().optional() }))
    .catch([]),
})

/**
 * The most that a request to the Messages API can cost, in micro-dollars at list prices: a token is never
 * shorter than a byte, all of it is written to the cache where anything is, and the answer is as long as
 * was asked for.
 */
export function worstCaseOf(body: Buffer): number {
  const text = body.toString()
  const { success, data } = asked.safeParse(parseJson(text))
  // The provider refuses what is no request, and it costs nothing.
  if (!success) return 0
  const { model, max_tokens: maxTokens, tools } = data
  const price = priceOf(model)
  const searches = tools
    .filter(({ type }) => type?.startsWith('web_search') === true)
    .reduce((sum, { max_uses: uses = SEARCHES }) => sum + uses, 0)
  const each = text.includes('"cache_control"') ? price.cacheWrite * cacheFactor(text) : price.input
  const inputTokens = searches > 0 ? CONTEXT_TOKENS : inputTokensOf(text, body.length)
  const perMillion = inputTokens * Math.max(price.input, each) + maxTokens * price.output
  return Math.ceil(perMillion / MILLION) + searches * WEB_SEARCH_MICRO_USD
}

/** To keep something for an hour is dearer than for five minutes. */
function cacheFactor(text: string): number {
  return text.includes('"1h"') ? HOUR_FACTOR : 1
}

function inputTokensOf(text: string, bytes: number): number {
  // The pages of a document can be packed as small as one likes.
  if (text.includes('"document"')) return CONTEXT_TOKENS
  const images = text.split('"image"').length - 1
  return Math.min(CONTEXT_TOKENS, bytes + ADDED_TOKENS + images * IMAGE_TOKENS)
}
