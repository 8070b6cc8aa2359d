import { SCOPES } from '@sleepless/domain'
import { z } from 'zod'

import { instantField } from './fields.ts'

/** Body of `POST /v1/login-links`. */
export const loginLinkBody = z
  .strictObject({
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .optional()
      .describe('What the session may do. Default: what the token may that asks.'),
  })
  .nullish()

/** Answer of `POST /v1/login-links`. */
export const loginLinkView = z.object({
  /** To be put after the service's address; good for one session, and for a few minutes. */
  path: z.string(),
  expiresAt: instantField,
})
export type LoginLinkView = z.output<typeof loginLinkView>

/** Body of `POST /v1/session`. */
export const openSessionBody = z.strictObject({
  secret: z.string().min(1).max(200).describe('What follows the `#` of a login link.'),
})

/** Whoever asks, as the service knows them. */
export const sessionView = z.object({
  /** `admin`, or a token's id. */
  actor: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  expiresAt: instantField.nullable(),
  /** For the header `X-CSRF-Token` of what changes something; null without a session's cookie. */
  csrfToken: z.string().nullable(),
})
export type SessionView = z.output<typeof sessionView>
