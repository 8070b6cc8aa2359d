/** A deterministic source of choices: the same seed makes the same choices everywhere. */
export interface SeededRandom {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number, at least 0 and less than `bound`. */
  below(bound: number): number
  /** True with this probability (0 to 1). */
  chance(probability: number): boolean
  pick<Item>(items: readonly [Item, ...Item[]]): Item
}

/**
 * A small generator after mulberry32: a counter that steps by an odd constant (so that it visits
 * all 2^32 states) and is scrambled by two rounds of xor-shift and multiply. Even enough for tests,
 * useless for secrets.
 *
 * @param seed a number, of which the lower 32 bits count, or any text.
 */
export function seededRandom(seed: number | string): SeededRandom {
  let state = typeof seed === 'number' ? seed >>> 0 : hash(seed)

  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
  }
}

/** FNV-1a, 32 bits: neighboring texts such as `7/1` and `7/2` get unrelated seeds. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) {
    value = Math.imul(value ^ byte, 0x01000193) >>> 0
  }
  return value
}
