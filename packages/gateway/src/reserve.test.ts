import type { Allowance } from '@sleepless/domain'
import { array, assert, asyncProperty, integer, record } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createReserve } from './reserve.ts'

const NOW = new Date('2026-01-31T12:00:00Z')
const MIDNIGHT = new Date('2026-02-01T00:00:00Z')

const allowed = (totalMicroUsd: number, fields: Partial<Allowance> = {}): Allowance => ({
  totalMicroUsd,
  validUntil: MIDNIGHT,
  nextChanceAt: undefined,
  ...fields,
})

/** With an allowance that never grows beyond that. */
function reserveOf(most: number, first: Allowance = allowed(most)) {
  const asked: number[] = []
  let spent = 0
  const reserve = createReserve({
    ledger: { usage: () => ({ costMicroUsd: spent, inputTokens: 0, outputTokens: 0 }) },
    allowances: {
      first,
      async enlarge(needed) {
        asked.push(needed)
        const isCovered = needed <= most
        return allowed(isCovered ? needed : 0, isCovered ? {} : { nextChanceAt: MIDNIGHT })
      },
    },
    now: () => NOW,
  })
  return { ...reserve, asked, spend: (microUsd: number) => void (spent += microUsd) }
}

describe('a reserve', () => {
  test('asks nobody while what it has covers everything that is under way', async () => {
    const reserve = reserveOf(10)
    using _first = await reserve.take(6)
    using _second = await reserve.take(4)
    expect(reserve.asked).toEqual([])
  })

  test('asks for all that it needs, with what was spent', async () => {
    const reserve = reserveOf(30, allowed(5))
    reserve.spend(4)
    using _first = await reserve.take(6)
    using _second = await reserve.take(7)
    expect(reserve.asked).toEqual([10, 17])
  })

  test('asks whether what it has still holds, once its day is over', async () => {
    const reserve = reserveOf(10, allowed(10, { validUntil: NOW }))
    using _first = await reserve.take(6)
    using _second = await reserve.take(1)
    expect(reserve.asked).toEqual([6])
  })

  test('refuses what is not covered, and says when it may be', async () => {
    const reserve = reserveOf(10)
    expect(reserve.refusal()).toBeUndefined()
    expect(await reserve.take(11)).toBeUndefined()
    expect(reserve.refusal()).toEqual({ nextChanceAt: MIDNIGHT })
  })

  test('lets a request wait for what others of the attempt may leave over', async () => {
    const reserve = reserveOf(10)
    const first = await reserve.take(9)
    const waiting = reserve.take(8)
    await Promise.resolve()
    reserve.spend(1)
    first?.[Symbol.dispose]()
    // A second time gives nothing back.
    first?.[Symbol.dispose]()
    using second = await waiting
    expect(second).toBeDefined()
    expect(reserve.asked).toEqual([17])
  })

  test('lets nothing pass when nobody can be asked', async () => {
    const reserve = createReserve({
      ledger: { usage: () => ({ costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }) },
      allowances: { first: allowed(0), enlarge: () => Promise.reject(new Error('away')) },
      now: () => NOW,
    })
    await expect(reserve.take(1)).rejects.toThrow('away')
    expect(reserve.refusal()).toBeUndefined()
  })

  test('never lets requests that run at once cost more than is allowed', async () => {
    const request = record({
      worst: integer({ min: 1, max: 50 }),
      share: integer({ min: 0, max: 100 }),
      turns: integer({ min: 0, max: 9 }),
    })
    await assert(
      asyncProperty(array(request, { maxLength: 20 }), async (requests) => {
        let spent = 0
        const reserve = reserveOf(100, allowed(10))
        const run = async ({ worst, share, turns }: (typeof requests)[number]): Promise<void> => {
          using aside = await reserve.take(worst)
          if (aside === undefined) return
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
          const cost = Math.floor((worst * share) / 100)
          spent += cost
          reserve.spend(cost)
          expect(spent).toBeLessThanOrEqual(100)
        }
        await Promise.all(requests.map(run))
        // Nothing waits for ever, and what nobody uses any more is free.
        expect(await reserve.take(100 - spent)).toBeDefined()
      }),
    )
  })
})
