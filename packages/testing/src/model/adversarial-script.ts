import { seededRandom, type SeededRandom } from '../seeded-random.ts'
import { adversarialCall } from './adversarial-calls.ts'
import type { Script } from './script.ts'
import { rateLimitTurn, textTurn, thinkingTurn, toolTurn, type Turn } from './turn.ts'

/** After so many failed requests at one point of a conversation the script stops failing there. */
const MAX_FAILURES_IN_A_ROW = 2
/** After so many requests at one point (empty messages add nothing) the script ends. */
const MAX_REQUESTS_PER_TURN = 5

export interface AdversarialOptions {
  /** The same seed gives every conversation the same turns, however many run at once. */
  readonly seed: number
  /** At least 1. At the latest the turn of this number, from 1, ends the conversation. */
  readonly maxTurns: number
}

function transientError(random: SeededRandom): Turn {
  const status = random.pick([429, 500, 529])
  if (status === 429) return rateLimitTurn(random.below(2))
  const type = status === 529 ? 'overloaded_error' : 'api_error'
  const midStream = random.chance(0.3)
  const headers = { 'retry-after': '0' }
  return { kind: 'error', status, type, message: 'adversary', midStream, headers }
}

function failure(random: SeededRandom): Turn {
  if (random.chance(0.7)) return transientError(random)
  if (random.chance(0.5)) return { kind: 'cut', afterEvents: random.below(5) }
  return { kind: 'malformed', how: random.pick(['json', 'html', 'sse', 'block']) }
}

function message(random: SeededRandom): Turn {
  const dice = random.next()
  // Short of any sane watchdog, long enough to interleave with whatever else goes on.
  const delayMs = random.chance(0.3) ? random.below(300) : 0
  const chunkDelayMs = random.chance(0.2) ? random.below(50) : 0
  if (dice < 0.05) return { kind: 'message', content: [], stopReason: 'end_turn' }
  if (dice < 0.15) {
    const text = `${'x'.repeat(99)}\n`.repeat(2000 + random.below(3000))
    return toolTurn(adversarialCall(random), { text, delayMs })
  }
  const calls = Array.from({ length: 1 + random.below(3) }, () => adversarialCall(random))
  return toolTurn(calls, { text: 'Going on.', delayMs, chunkDelayMs })
}

function ending(random: SeededRandom): Turn {
  const dice = random.next()
  if (dice < 0.6) return textTurn('The adversary is done.')
  if (dice < 0.8) return thinkingTurn('Have I done enough harm?', 'The adversary is done.')
  const type = 'invalid_request_error'
  return { kind: 'error', status: 400, type, message: 'the adversary gives up' }
}

/**
 * A model that does what it should not: unknown tools and malformed inputs, floods of text, broken
 * answers, errors with a short retry-after, withheld tools, pauses, empty messages. Harmless even
 * without a sandbox, deterministic by seed, and bounded: within `maxTurns` turns the conversation
 * ends in a final text or in an error that the CLI does not retry.
 */
export function adversarialScript({ seed, maxTurns }: AdversarialOptions): Script {
  if (!Number.isInteger(maxTurns) || maxTurns < 1) {
    throw new RangeError(`maxTurns must be a positive integer, got ${maxTurns}`)
  }
  return ({ turn, retry }) => {
    // Turn and retry choose the numbers, not the order of requests: sessions don't disturb each other.
    const random = seededRandom(`${seed}/${turn}/${retry}`)
    const isLast = turn >= maxTurns - 1 || retry >= MAX_REQUESTS_PER_TURN - 1
    if (isLast) return ending(seededRandom(`${seed}/end`))
    if (retry < MAX_FAILURES_IN_A_ROW && random.chance(0.2)) return failure(random)
    return random.chance(0.1) ? ending(random) : message(random)
  }
}
