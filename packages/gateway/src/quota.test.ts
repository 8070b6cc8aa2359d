import { expect, test } from 'vitest'

import { credentialIdOf, quotaOf } from './quota.ts'

const now = new Date('2026-01-01T00:00:00Z')
const context = { credentialId: 'api-key:1', status: 200, now }

test('a subscription has its windows', () => {
  const headers = {
    'anthropic-ratelimit-unified-status': 'allowed_warning',
    'anthropic-ratelimit-unified-reset': '1767229200',
    'anthropic-ratelimit-unified-5h-utilization': '0.91',
    'anthropic-ratelimit-unified-5h-reset': '1767229200',
    'anthropic-ratelimit-unified-7d-utilization': '0.4',
    'anthropic-ratelimit-unified-7d-reset': '1767571200',
  }
  expect(quotaOf(headers, context)).toEqual({
    credentialId: 'api-key:1',
    isExhausted: false,
    resetsAt: new Date('2026-01-01T01:00:00Z'),
    windows: [
      { name: '5h', utilization: 0.91, resetsAt: new Date('2026-01-01T01:00:00Z') },
      { name: '7d', utilization: 0.4, resetsAt: new Date('2026-01-05T00:00:00Z') },
    ],
  })
})

test('a key has what is left of its limits', () => {
  const headers = {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '10',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:01:00Z',
    'anthropic-ratelimit-input-tokens-limit': '0',
    'anthropic-ratelimit-input-tokens-remaining': '0',
  }
  expect(quotaOf(headers, context)?.windows).toEqual([
    { name: 'requests', utilization: 0.8, resetsAt: new Date('2026-01-01T00:01:00Z') },
  ])
})

test('a subscription that is used up is refused until its reset', () => {
  const headers = {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-reset': '1767229200',
  }
  expect(quotaOf(headers, { ...context, status: 429 })).toMatchObject({
    isExhausted: true,
    resetsAt: new Date('2026-01-01T01:00:00Z'),
  })
})

test('a wait of an hour is the end of a quota', () => {
  const quota = quotaOf({ 'retry-after': '3600' }, { ...context, status: 429 })
  expect(quota).toMatchObject({ isExhausted: true, resetsAt: new Date('2026-01-01T01:00:00Z') })
})

test('a wait of two seconds is not', () => {
  expect(quotaOf({ 'retry-after': '2' }, { ...context, status: 429 })).toBeUndefined()
})

test.each([
  [{}],
  [{ 'retry-after': 'soon' }],
  [{ 'anthropic-ratelimit-requests-limit': '' }],
  [{ 'content-type': 'application/json' }],
])('headers that say nothing: %j', (headers) => {
  expect(quotaOf(headers, context)).toBeUndefined()
})

test('numbers that are none are left out', () => {
  const headers = {
    'anthropic-ratelimit-unified-5h-utilization': 'lots',
    'anthropic-ratelimit-unified-5h-reset': 'tomorrow',
  }
  expect(quotaOf(headers, context)?.windows).toEqual([
    { name: '5h', utilization: undefined, resetsAt: undefined },
  ])
})

test('an account is told from another by a name that gives nothing away', () => {
  const ids = ['one', 'other'].map((value) => credentialIdOf({ kind: 'api-key', value }))
  expect(new Set(ids).size).toBe(2)
  expect(ids.join(' ')).not.toMatch(/one|other/)
})
