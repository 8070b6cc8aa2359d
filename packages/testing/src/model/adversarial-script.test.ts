import { describe, expect, test } from 'vitest'

import { runClaude } from '../run-claude.ts'
import { adversarialScript } from './adversarial-script.ts'
import type { ModelRequest } from './messages-request.ts'
import { nextTurn } from './script.ts'
import { createScriptedModel } from './scripted-model.ts'
import type { Turn } from './turn.ts'

function request(turn: number, retry = 0): ModelRequest {
  const body = { model: 'm', stream: true, messages: [] }
  return { headers: {}, body, sessionId: undefined, prompt: 'p', turn, retry }
}

const seeds = Array.from({ length: 200 }, (_, index) => index)

function firstTurns(seed: number): Promise<readonly Turn[]> {
  const script = adversarialScript({ seed, maxTurns: 10 })
  return Promise.all(seeds.slice(0, 10).map((turn) => nextTurn(script, request(turn))))
}

describe('adversarialScript', () => {
  test('makes the same turns from the same seed', async () => {
    expect(await firstTurns(7)).toEqual(await firstTurns(7))
    expect(await firstTurns(7)).not.toEqual(await firstTurns(8))
  })

  test.each([
    ['its last turn', request(4)],
    ['the fifth request for one turn', request(1, 4)],
  ])('ends at %s', async (_, last) => {
    for (const seed of seeds) {
      const turn = await nextTurn(adversarialScript({ seed, maxTurns: 5 }), last)
      const isText = turn.kind === 'message' && turn.stopReason === 'end_turn'
      expect(isText || (turn.kind === 'error' && turn.status === 400)).toBe(true)
    }
  })

  test('tries every kind of misbehavior within 200 seeds', async () => {
    const kinds = new Set<string>()
    for (const seed of seeds) {
      const turn = await nextTurn(adversarialScript({ seed, maxTurns: 5 }), request(0))
      kinds.add(turn.kind === 'message' && turn.content.length === 0 ? 'empty' : turn.kind)
    }
    expect([...kinds].toSorted()).toEqual(['cut', 'empty', 'error', 'malformed', 'message'])
  })

  test.each([1, 2, 3])('keeps a real agent within its bound: seed %i', async (seed) => {
    const maxTurns = 6
    const script = adversarialScript({ seed, maxTurns })
    await using model = await createScriptedModel({ script })
    await using run = await runClaude({ modelUrl: model.url, prompt: 'Misbehave.' })
    expect(run.result['type']).toBe('result')
    expect(model.requests.every(({ turn }) => turn < maxTurns)).toBe(true)
    expect(model.requestCount).toBeLessThanOrEqual(maxTurns * 6)
  })

  test.each([0, 1.5, Number.NaN])('refuses maxTurns %d', (maxTurns) => {
    expect(() => adversarialScript({ seed: 1, maxTurns })).toThrow(RangeError)
  })
})
