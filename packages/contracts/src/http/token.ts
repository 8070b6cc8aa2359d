import { SCOPES } from '@sleepless/domain'
import { z } from 'zod'

import { cursorField, instantField, limitField, tokenIdField } from './fields.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const nameField = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected letters, digits and ._-, such as ci')

const scopesField = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'a scope is named twice')

/** Body of `POST /v1/tokens`. */
export const createTokenBody = z.strictObject({
  name: nameField,
  scopes: scopesField,
  expiresAt: instantField.optional().describe('Default: never.'),
})
export type CreateTokenBody = z.input<typeof createTokenBody>

/** Body of `POST /v1/tokens/{id}/rotate`. */
export const rotateTokenBody = z
  .strictObject({
    overlapMs: z
      .int()
      .min(0)
      .max(7 * DAY_MS)
      .default(0)
      .describe('How long the secret before goes on being accepted. Default: not at all.'),
  })
  .nullish()

export const tokenView = z.object({
  id: tokenIdField,
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  /** Whose token made it: `admin`, or a token's id. */
  createdBy: z.string(),
  createdAt: instantField,
  expiresAt: instantField.nullable(),
  /** To the minute. */
  lastUsedAt: instantField.nullable(),
  revokedAt: instantField.nullable(),
})
export type TokenView = z.output<typeof tokenView>

/** What is answered once, when a token is made. */
export const newTokenView = tokenView.extend({ token: z.string() })
export type NewTokenView = z.output<typeof newTokenView>

export const tokenListQuery = z.strictObject({ limit: limitField, cursor: cursorField.optional() })
export const tokenList = z.object({
  items: z.array(tokenView),
  nextCursor: z.string().nullable(),
})
export type TokenList = z.output<typeof tokenList>
