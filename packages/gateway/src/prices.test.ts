import { createScriptedModel, runClaude, textTurn } from '@sleepless/testing'
import { expect, test } from 'vitest'

import { PRICES, priceOf } from './prices.ts'
import { costOf } from './use.ts'

const TOKENS = { input: 1_000_003, output: 10_007, cacheRead: 2_000_011, cacheWrite: 300_017 }

test.each(Object.keys(PRICES))('%s costs what the agent itself reckons', async (name) => {
  const usage = {
    inputTokens: TOKENS.input,
    outputTokens: TOKENS.output,
    cacheReadInputTokens: TOKENS.cacheRead,
    cacheCreationInputTokens: TOKENS.cacheWrite,
  }
  await using model = await createScriptedModel({ script: [textTurn('x', { usage })] })
  await using run = await runClaude({ modelUrl: model.url, prompt: 'hi', model: name })
  const cost = costOf(name, { ...TOKENS, cacheWriteHour: 0, webSearches: 0 })
  expect(Math.ceil(Number(run.result['total_cost_usd']) * 1e6 - 0.001)).toBe(cost)
})

test('a name may end in a date', () => {
  expect(priceOf('claude-haiku-4-5-20251001')).toBe(PRICES['claude-haiku-4-5'])
})

test('a model that is not known costs as much as the dearest: its budget must hold', () => {
  const unknown = priceOf('claude-next-9')
  for (const known of Object.values(PRICES)) {
    expect(unknown.input).toBeGreaterThanOrEqual(known.input)
    expect(unknown.output).toBeGreaterThanOrEqual(known.output)
    expect(unknown.cacheWrite).toBeGreaterThanOrEqual(known.cacheWrite)
  }
})

test('what is kept for an hour, and a search, cost more', () => {
  const tokens = { ...TOKENS, cacheWriteHour: 0, webSearches: 0 }
  const plain = costOf('claude-sonnet-5-5', tokens)
  expect(costOf('claude-sonnet-5-5', { ...tokens, webSearches: 2 })).toBe(plain + 20_000)
  const kept = costOf('claude-sonnet-5-5', { ...tokens, cacheWriteHour: tokens.cacheWrite })
  expect(kept - plain).toBeCloseTo(0.6 * 2.5 * tokens.cacheWrite, -1)
})
