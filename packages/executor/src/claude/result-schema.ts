import { z } from 'zod'

import { fields, text } from '../lenient-schemas.ts'
import type { StreamMessage } from './stream-message.ts'

export const result: z.ZodType<StreamMessage> = z
  .object({
    is_error: z.boolean(),
    result: text,
    errors: z.array(z.string()).catch([]),
    subtype: text,
    api_error_status: z.number().nullish(),
    permission_denials: z
      .array(z.object({ tool_name: z.string(), tool_input: fields.catch({}) }))
      .catch([]),
  })
  .transform((raw): StreamMessage => ({
    type: 'result',
    isError: raw.is_error,
    text: raw.result,
    errors: raw.errors,
    apiStatus: raw.api_error_status ?? undefined,
    budgetExhausted: raw.subtype === 'error_max_budget_usd',
    denials: raw.permission_denials.map(({ tool_name, tool_input }) => ({
      tool: tool_name,
      input: tool_input,
    })),
  }))
