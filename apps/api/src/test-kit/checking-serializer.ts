import { isDeepStrictEqual } from 'node:util'

import type { AnswerSerializer } from '../serializer.ts'

/**
 * Writes answers as the service does, and throws for one that its schema does not describe: a field that
 * is missing or of another form, and also one too many, which its type would let pass.
 */
export const checkingSerializer: AnswerSerializer = ({ schema, method, url }) => {
  return (answer) => {
    const text = JSON.stringify(answer)
    const told: unknown = JSON.parse(text)
    const parsed = schema.safeParse(told)
    if (!parsed.success) {
      throw new Error(`${method} ${url} answers what its schema refuses`, { cause: parsed.error })
    }
    // Schemas of answers leave out what they do not know.
    if (!isDeepStrictEqual(parsed.data, told)) {
      throw new Error(`${method} ${url} answers with more than its schema knows: ${text}`)
    }
    return text
  }
}
