/** Token counts as the Messages API reports them. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadInputTokens: number
  readonly cacheCreationInputTokens: number
}

/** What every turn may add to its answer. */
export interface TurnOptions {
  /** Extra response headers, such as `anthropic-ratelimit-unified-5h-utilization`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Missing counts: 100 in, a quarter of the characters out, 0 from and to the cache. */
  readonly usage?: Partial<Usage>
  /** Wait before the first byte. */
  readonly delayMs?: number
  /** Wait before each streamed event after the first: a slow model. */
  readonly chunkDelayMs?: number
}

export interface ToolCall {
  readonly name: string
  /** Usually an object; a misbehaving model may send anything. */
  readonly input: unknown
}

export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string }
  | ({ readonly type: 'tool_use' } & ToolCall)

export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal'

/** A well-formed message. No blocks at all is the empty message. */
export interface MessageTurn extends TurnOptions {
  readonly kind: 'message'
  readonly content: readonly ContentBlock[]
  readonly stopReason: StopReason
}

/** An answer with an HTTP error status, or (`midStream`) an `error` event after message_start. */
export interface ErrorTurn extends TurnOptions {
  readonly kind: 'error'
  readonly status: number
  /** For instance `rate_limit_error`, `overloaded_error`, `authentication_error`. */
  readonly type: string
  readonly message: string
  readonly midStream?: boolean
}

/** Accepts the request and then says nothing until the client hangs up or the model is disposed. */
export interface StallTurn extends TurnOptions {
  readonly kind: 'stall'
  /** How far the answer gets. `headers` and `message-start` need a streaming request. */
  readonly after: 'nothing' | 'headers' | 'message-start'
}

/** A 200 whose body is broken: half of a JSON document, a proxy's HTML, bad SSE, a bad block. */
export interface MalformedTurn extends TurnOptions {
  readonly kind: 'malformed'
  readonly how: 'json' | 'html' | 'sse' | 'block'
}

/** Resets the connection in the middle of the answer. */
export interface CutTurn extends TurnOptions {
  readonly kind: 'cut'
  /** How many SSE events get through; 0 cuts before the headers. */
  readonly afterEvents: number
}

/** Answers nothing until `until` settles (either way), then goes on with `turn`. */
export interface HoldTurn {
  readonly kind: 'hold'
  readonly until: Promise<unknown>
  readonly turn: Turn
}

/**
 * Answers the first request at this point of a conversation with the first turn, the client's
 * first retry with the second, and so on; the last one repeats.
 */
export interface RetriedTurn {
  readonly kind: 'retried'
  readonly turns: readonly [Turn, ...Turn[]]
}

/** What the model does when it is its turn. */
export type Turn =
  | MessageTurn
  | ErrorTurn
  | StallTurn
  | MalformedTurn
  | CutTurn
  | HoldTurn
  | RetriedTurn

/** Says `text` and ends the turn. */
export function textTurn(text: string, options: TurnOptions = {}): MessageTurn {
  return { ...options, kind: 'message', content: [{ type: 'text', text }], stopReason: 'end_turn' }
}

/** Thinks first, then says `text` and ends the turn. */
export function thinkingTurn(
  thinking: string,
  text: string,
  options: TurnOptions = {},
): MessageTurn {
  const content: readonly ContentBlock[] = [
    { type: 'thinking', thinking },
    { type: 'text', text },
  ]
  return { ...options, kind: 'message', content, stopReason: 'end_turn' }
}

/** Calls one tool or several at once, after saying `options.text` if given. */
export function toolTurn(
  calls: ToolCall | readonly ToolCall[],
  options: TurnOptions & { readonly text?: string } = {},
): MessageTurn {
  const { text, ...rest } = options
  const said: readonly ContentBlock[] = text === undefined ? [] : [{ type: 'text', text }]
  const uses = [calls].flat().map((call) => ({ ...call, type: 'tool_use' as const }))
  return { ...rest, kind: 'message', content: [...said, ...uses], stopReason: 'tool_use' }
}

/** A rate limit: 429 with `retry-after` in whole seconds. */
export function rateLimitTurn(retryAfterSeconds: number, options: TurnOptions = {}): ErrorTurn {
  return {
    ...options,
    kind: 'error',
    status: 429,
    type: 'rate_limit_error',
    message: 'This request would exceed your rate limit',
    headers: { 'retry-after': String(retryAfterSeconds), ...options.headers },
  }
}

/** Keeps an agent waiting for its model until `until` settles. */
export function holdUntil(until: Promise<unknown>, turn: Turn): HoldTurn {
  return { kind: 'hold', until, turn }
}
