import type { AllowanceView } from '@sleepless/contracts'
import { attemptId } from '@sleepless/domain'
import { describe, expect, test } from 'vitest'

import { allowancesOf } from './allowances.ts'

const HELD = { attemptId: attemptId('att_00000000-0000-7000-8000-000000000001'), fence: 1 }
const FIRST: AllowanceView = { totalMicroUsd: 5, validForMs: 60_000, nextChanceInMs: null }

function answering(answer: AllowanceView | null) {
  return allowancesOf({ allowance: () => Promise.resolve(answer) }, HELD, FIRST)
}

describe('the allowances of an attempt', () => {
  test('are none where the day has no budget', () => {
    const api = { allowance: () => Promise.reject(new Error('not asked')) }
    expect(allowancesOf(api, HELD, null)).toBeUndefined()
  })

  test('begin with one that nobody knows the age of', () => {
    expect(answering(FIRST)?.first).toMatchObject({ totalMicroUsd: 5, validUntil: new Date(0) })
  })

  test('are good for as long as the service says, from when it was asked', async () => {
    const before = Date.now()
    const given = await answering({ ...FIRST, nextChanceInMs: 1000 })?.enlarge(9)
    expect(given?.validUntil.getTime()).toBeGreaterThanOrEqual(before + 60_000)
    expect(given?.validUntil.getTime()).toBeLessThanOrEqual(Date.now() + 60_000)
    expect(given?.nextChanceAt?.getTime()).toBeLessThanOrEqual(Date.now() + 1000)
  })

  test('have no end when the budget was taken away meanwhile', async () => {
    const given = await answering(null)?.enlarge(9)
    expect(given).toMatchObject({ totalMicroUsd: Infinity, nextChanceAt: undefined })
    expect(Number.isNaN(given?.validUntil.getTime())).toBe(false)
  })
})
