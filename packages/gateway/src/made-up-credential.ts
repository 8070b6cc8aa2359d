import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

import type { Credential } from '@sleepless/domain'

const PREFIX: Readonly<Record<Credential['kind'], string>> = {
  'api-key': 'sk-ant-api03-sleepless-',
  'oauth-token': 'sk-ant-oat01-sleepless-',
}

/** One of the same kind, which the agent takes for a real one: 256 random bits. */
export function madeUp(kind: Credential['kind']): Credential {
  return { kind, value: `${PREFIX[kind]}${randomBytes(32).toString('base64url')}` }
}

/** Whether a request shows it. */
export function isShown({ value }: Credential, headers: IncomingHttpHeaders): boolean {
  const key = headers['x-api-key']
  const shown = typeof key === 'string' ? key : headers.authorization?.replace(/^Bearer +/i, '')
  const [known, given] = [Buffer.from(value), Buffer.from(shown ?? '')]
  return known.length === given.length && timingSafeEqual(known, given)
}

/** What the provider is shown instead. */
export function proofOf({ kind, value }: Credential): Readonly<Record<string, string>> {
  return kind === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` }
}
