import { hash } from 'node:crypto'

import type { Idempotency } from '@sleepless/engine'
import type { FastifyRequest } from 'fastify'

import { ProblemError } from './problems.ts'

/**
 * The request's idempotency key, with what it stands for: the address and the body as validated.
 *
 * @throws {ProblemError} 400 for a key that is not 1 to 255 printable characters.
 */
export function idempotencyOf(request: FastifyRequest): Idempotency | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new ProblemError(400, 'INVALID_REQUEST', 'expected 1 to 255 printable characters', {
      field: 'Idempotency-Key',
    })
  }
  const stood = JSON.stringify([request.url, request.body])
  return { key, bodySha256: hash('sha256', stood) }
}
