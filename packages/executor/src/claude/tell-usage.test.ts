import type { ModelUse, Quota } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { createUsageTeller } from './tell-usage.ts'

const quotaOf = (isExhausted: boolean): Quota => ({
  credentialId: 'api-key:1',
  isExhausted,
  resetsAt: undefined,
  windows: [],
})

test('a quota that is used up is told once, although nothing was used', () => {
  let quota: Quota | undefined
  const used: ModelUse[] = []
  const usage = createUsageTeller({
    usage: () => ({ costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }),
    takeUse: () => used,
    quota: () => quota,
  })
  expect(usage.rest()).toEqual([])
  quota = quotaOf(false)
  expect(usage.rest()).toEqual([])
  quota = quotaOf(true)
  expect(usage.rest()).toEqual([{ type: 'used', uses: [], costMicroUsd: 0, quota }])
  expect(usage.rest()).toEqual([])
})
