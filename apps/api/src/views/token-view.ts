import type { TokenView } from '@sleepless/contracts'
import type { AccessToken } from '@sleepless/domain'

import { instant } from './task-view.ts'

export function tokenView(token: AccessToken): TokenView {
  const { id, name, scopes, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = token
  return {
    id,
    name,
    scopes: [...scopes],
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: instant(expiresAt),
    lastUsedAt: instant(lastUsedAt),
    revokedAt: instant(revokedAt),
  }
}
