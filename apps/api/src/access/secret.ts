import { createHmac, hash, randomBytes } from 'node:crypto'

import { tokenId } from '@sleepless/domain'
import type { NewSecret } from '@sleepless/engine'
import { uuidV7 } from '@sleepless/runtime'

/** With which secrets of ours begin, so that whoever finds one knows what it is. */
const PREFIX = 'slp_'

export interface FreshSecret extends NewSecret {
  /** 256 random bits. */
  readonly secret: string
}

export function freshSecret(): FreshSecret {
  const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`
  return { secret, id: tokenId(`tok_${uuidV7()}`), sha256: sha256Of(secret) }
}

/** As hex. */
export function sha256Of(secret: string): string {
  return hash('sha256', secret)
}

/** Follows from a session's secret, and tells nothing of it. */
export function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url')
}
