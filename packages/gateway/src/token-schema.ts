import { z } from 'zod'

import { NO_TOKENS, type Tokens } from './use.ts'

type Count = number | null | undefined

/** Token counts as the Messages API has them. */
interface ApiUsage {
  readonly input_tokens?: Count
  readonly output_tokens?: Count
  readonly cache_read_input_tokens?: Count
  readonly cache_creation_input_tokens?: Count
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: Count } | null | undefined
  readonly server_tool_use?: { readonly web_search_requests?: Count } | null | undefined
}

/** A message as a whole, or as a stream begins it. */
interface ApiMessage {
  readonly model: string
  readonly usage: ApiUsage
}

const count = z.number().nonnegative().nullish()

const apiUsage: z.ZodType<ApiUsage> = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: count }).nullish(),
  server_tool_use: z.object({ web_search_requests: count }).nullish(),
})

export const apiMessage: z.ZodType<ApiMessage> = z.object({ model: z.string(), usage: apiUsage })

export const messageStart: z.ZodType<{ readonly message: ApiMessage }> = z.object({
  type: z.literal('message_start'),
  message: apiMessage,
})

export const messageDelta: z.ZodType<{ readonly usage: ApiUsage }> = z.object({
  type: z.literal('message_delta'),
  usage: apiUsage,
})

/** What one message leaves out stays as an earlier one had it. */
export function tokensOf(usage: ApiUsage, before: Tokens = NO_TOKENS): Tokens {
  return {
    input: usage.input_tokens ?? before.input,
    output: usage.output_tokens ?? before.output,
    cacheRead: usage.cache_read_input_tokens ?? before.cacheRead,
    cacheWrite: usage.cache_creation_input_tokens ?? before.cacheWrite,
    cacheWriteHour: usage.cache_creation?.ephemeral_1h_input_tokens ?? before.cacheWriteHour,
    webSearches: usage.server_tool_use?.web_search_requests ?? before.webSearches,
  }
}
