import { submitTaskBody } from '@sleepless/contracts'
import { fastify } from 'fastify'
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { z } from 'zod'

// The least that a service of this kind could do: the same body, checked by the same schema, answered
// with an id, and nothing stored. What ours costs beyond it is what it does beyond it.

const app = fastify().withTypeProvider<ZodTypeProvider>()
app.setValidatorCompiler(validatorCompiler)
app.setSerializerCompiler(serializerCompiler)
app.post(
  '/v1/tasks',
  { schema: { body: submitTaskBody, response: { 201: z.object({ id: z.string() }) } } },
  async (_request, reply) => reply.status(201).send({ id: 'tsk_1' }),
)
// oxlint-disable-next-line no-console -- how the benchmark learns the address
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
