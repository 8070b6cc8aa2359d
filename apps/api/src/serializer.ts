import type { FastifySerializerCompiler } from 'fastify'
import type { z } from 'zod'

/** Makes the text of answers, given the schema that their route has for them. */
export type AnswerSerializer = FastifySerializerCompiler<z.ZodType>

/** Writes what the views have built as it is: their types are those of the schemas. */
export const plainSerializer: AnswerSerializer = () => (answer) => JSON.stringify(answer)
