import type { WriteTx } from '@sleepless/domain'
import { signedBy } from '@sleepless/engine'
import type { FastifyRequest } from 'fastify'

import type { ApiDeps } from '../deps.ts'

/** Writes on behalf of whoever asked: the events of it say so. */
export function writeFor<T>(
  store: Pick<ApiDeps['store'], 'write'>,
  { principal }: Pick<FastifyRequest, 'principal'>,
  work: (tx: WriteTx) => T,
): Promise<T> {
  return store.write((tx) => work(signedBy(tx, principal.actor)))
}
