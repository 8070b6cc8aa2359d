/** What an agent's tool is called with. */
export interface CodexCall {
  readonly name: string
  readonly input: unknown
  /** For a person, in one line. */
  readonly action: string
}

export type CodexItem =
  | { readonly type: 'said'; readonly text: string }
  /** Something that a person should know, and that ends nothing. */
  | { readonly type: 'complained'; readonly text: string }
  | {
      readonly type: 'called'
      readonly call: CodexCall
      /** What came of it, as far as it says so; empty before its end. */
      readonly output: string
    }
  /** An item of a kind that is not used. */
  | { readonly type: 'unused' }

/** One line of `codex exec --json`, with only the fields that are used. */
export type CodexMessage =
  | { readonly type: 'turn-started' }
  | {
      readonly type: 'turn-completed'
      /** Of the turn: `inputTokens` with those from the cache, as OpenAI counts. */
      readonly inputTokens: number
      readonly cachedInputTokens: number
      readonly outputTokens: number
    }
  | { readonly type: 'turn-failed'; readonly message: string }
  /** Of the way to the model; Codex tries again by itself. */
  | { readonly type: 'error'; readonly message: string }
  | {
      readonly type: 'item'
      readonly stage: 'started' | 'updated' | 'completed'
      readonly id: string
      readonly item: CodexItem
    }
  /** JSON of a kind that is not used. */
  | { readonly type: 'ignored' }
  /** JSON of a kind that is not known. */
  | { readonly type: 'unknown'; readonly kind: string }
  /** Not JSON, or a known kind in an unknown shape. */
  | { readonly type: 'broken' }
