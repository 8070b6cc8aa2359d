import { expect, test } from 'vitest'

import { liveCredential } from './live-credential.ts'

const NONE = { binary: undefined, model: undefined, baseUrl: undefined }
const KEY = { ...NONE, apiKey: 'first', oauthToken: undefined }

test('a credential is what the environment says when it is asked for', () => {
  let values: Record<string, string> = { ANTHROPIC_API_KEY: 'second', SLEEPLESS_API_PORT: 'x' }
  const credential = liveCredential(KEY, () => values)
  expect(credential()).toEqual({ kind: 'api-key', value: 'second' })
  values = { ANTHROPIC_API_KEY: ' ', CLAUDE_CODE_OAUTH_TOKEN: 'third' }
  expect(credential()).toEqual({ kind: 'oauth-token', value: 'third' })
  values = {}
  expect(credential()).toBeUndefined()
})

test('a credential stays what it was when the environment cannot be read again', () => {
  const failing = liveCredential(KEY, () => {
    throw new Error('EACCES')
  })
  expect(failing()).toEqual({ kind: 'api-key', value: 'first' })
  expect(liveCredential(KEY)()).toEqual({ kind: 'api-key', value: 'first' })
})
