import { z } from 'zod'

import { count, fields, text } from './lenient-schemas.ts'
import type { StreamMessage } from './stream-message.ts'

const modelUsage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
})

export const result: z.ZodType<StreamMessage> = z
  .object({
    is_error: z.boolean(),
    subtype: text,
    result: text,
    errors: z.array(z.string()).catch([]),
    api_error_status: z.number().nullish(),
    terminal_reason: text,
    total_cost_usd: count,
    modelUsage: z.record(z.string(), modelUsage).catch({}),
    permission_denials: z
      .array(z.object({ tool_name: z.string(), tool_input: fields.catch({}) }))
      .catch([]),
  })
  .transform((raw): StreamMessage => {
    const models = Object.values(raw.modelUsage)
    const sum = (tokens: (model: z.infer<typeof modelUsage>) => number): number =>
      models.reduce((total, model) => total + tokens(model), 0)
    return {
      type: 'result',
      isError: raw.is_error,
      text: raw.result,
      errors: raw.errors,
      apiStatus: raw.api_error_status ?? undefined,
      budgetExhausted:
        raw.terminal_reason === 'budget_exhausted' || raw.subtype === 'error_max_budget_usd',
      denials: raw.permission_denials.map(({ tool_name, tool_input }) => ({
        tool: tool_name,
        input: tool_input,
      })),
      usage: {
        costMicroUsd: Math.round(raw.total_cost_usd * 1e6),
        // From the cache or not: all that the models read.
        inputTokens: sum(
          (model) =>
            model.inputTokens + model.cacheReadInputTokens + model.cacheCreationInputTokens,
        ),
        outputTokens: sum((model) => model.outputTokens),
      },
    }
  })
