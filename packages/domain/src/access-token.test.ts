import { describe, expect, test } from 'vitest'

import { isInForce, mayDo, SCOPES } from './access-token.ts'

describe('what a token may be used for', () => {
  test('is what its scopes say', () => {
    const scopes = ['read', 'submit'] as const
    expect(SCOPES.filter((scope) => mayDo(scopes, scope))).toEqual(['read', 'submit'])
  })

  test('is everything for an admin', () => {
    expect(SCOPES.every((scope) => mayDo(['admin'], scope))).toBe(true)
  })

  test('is nothing without scopes', () => {
    expect(SCOPES.some((scope) => mayDo([], scope))).toBe(false)
  })
})

describe('a token', () => {
  const now = new Date(1000)
  const none = { expiresAt: undefined, revokedAt: undefined }

  test.each([
    ['that never expires', none, true],
    ['until it expires', { ...none, expiresAt: new Date(1001) }, true],
    ['in the moment of its end', { ...none, expiresAt: now }, false],
    ['that was revoked', { ...none, revokedAt: now }, false],
    ['that is about to be replaced', { ...none, revokedAt: new Date(1001) }, true],
  ])('%s', (_which, token, counts) => {
    expect(isInForce(token, now)).toBe(counts)
  })
})
