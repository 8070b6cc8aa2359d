/** What a model costs, in micro-dollars for a million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  /** To keep something in the provider's cache for five minutes; an hour costs 1.6 times as much. */
  readonly cacheWrite: number
}

const DOLLAR = 1_000_000

/** What an hour in the provider's cache costs over five minutes. */
export const HOUR_FACTOR = 1.6
export const WEB_SEARCH_MICRO_USD = 10_000

function price(input: number, output: number, cacheRead: number, cacheWrite: number): Price {
  return {
    input: input * DOLLAR,
    output: output * DOLLAR,
    cacheRead: cacheRead * DOLLAR,
    cacheWrite: cacheWrite * DOLLAR,
  }
}

/** List prices, as the pinned version of Claude Code has them; a test holds the two equal. */
export const PRICES: Readonly<Record<string, Price>> = {
  'claude-opus-5-5': price(4, 20, 0.2, 5),
  'claude-sonnet-5-5': price(2, 10, 0.1, 2.5),
  'claude-haiku-5-5': price(0.5, 2.5, 0.05, 0.625),
  'claude-fable-5-2': price(8, 40, 0.2, 10),
  'claude-opus-4-8': price(5, 25, 0.5, 6.25),
  'claude-sonnet-4-5': price(3, 15, 0.3, 3.75),
  'claude-haiku-4-5': price(1, 5, 0.1, 1.25),
}

/** A limit must hold for a model that is not known, too: it costs as much as the dearest. */
const DEAREST: Price = {
  input: Math.max(...Object.values(PRICES).map((one) => one.input)),
  output: Math.max(...Object.values(PRICES).map((one) => one.output)),
  cacheRead: Math.max(...Object.values(PRICES).map((one) => one.cacheRead)),
  cacheWrite: Math.max(...Object.values(PRICES).map((one) => one.cacheWrite)),
}

/** Of a model by its full name, which may end in a date. */
export function priceOf(model: string): Price {
  const known = Object.keys(PRICES).find((name) => model === name || model.startsWith(`${name}-`))
  return (known === undefined ? undefined : PRICES[known]) ?? DEAREST
}
