export interface ToolUse {
  readonly id: string
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface ToolResult {
  readonly toolUseId: string
  readonly text: string
  readonly isError: boolean
}

export type AssistantBlock =
  | { readonly type: 'text'; readonly text: string }
  | ({ readonly type: 'tool_use' } & ToolUse)

export interface Denial {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
}

interface InitMessage {
  readonly type: 'init'
  readonly model: string
  readonly version: string
  readonly tools: readonly string[]
}

export interface ResultMessage {
  readonly type: 'result'
  readonly isError: boolean
  /** The agent's final text; empty when it ended without one. */
  readonly text: string
  readonly errors: readonly string[]
  /** HTTP status of the model API's last answer, when that is what ended the run. */
  readonly apiStatus: number | undefined
  /** Of its own limit, which the service does not set. */
  readonly budgetExhausted: boolean
  readonly denials: readonly Denial[]
}

/** One entry of a transcript, with what is used of it. */
export interface MirrorEntry {
  /** As JSON, without a newline. */
  readonly line: string
  readonly isUser: boolean
  /** Of the lines of the agent's input that it holds. */
  readonly uuids: readonly string[]
  /** Ids of tool calls that begin in it, and of those that it holds the results of. */
  readonly calls: readonly string[]
  readonly answers: readonly string[]
}

/** One line of the agent's stream-json output, with only the fields that are used. */
export type StreamMessage =
  | InitMessage
  | ResultMessage
  | {
      readonly type: 'retry'
      readonly attempt: number
      readonly maxRetries: number
      readonly delayMs: number
      /** Absent when no answer came. */
      readonly status: number | undefined
      readonly error: string
    }
  | {
      readonly type: 'assistant'
      readonly blocks: readonly AssistantBlock[]
      /** Why the model API failed, such as `server_error`; absent for the model's own words. */
      readonly error: string | undefined
      /** Whether a subagent says it. */
      readonly nested: boolean
      /** The tool call that has started that subagent; empty for the agent itself. */
      readonly conversation: string
    }
  | { readonly type: 'user'; readonly results: readonly ToolResult[]; readonly nested: boolean }
  | {
      readonly type: 'background'
      /** Subagents that go on by themselves, whatever the agent says meanwhile. */
      readonly agents: number
      /** All that goes on by itself: those, and commands. */
      readonly tasks: number
    }
  /** The agent has begun to work on the line of its input that bore this id. */
  | { readonly type: 'taken-up'; readonly uuid: string }
  /** What the agent has just added to the transcript of that session. */
  | {
      readonly type: 'mirror'
      readonly sessionId: string
      readonly entries: readonly MirrorEntry[]
    }
  /** Something of the kind that was too long to be read. */
  | { readonly type: 'mirror-cut' }
  | { readonly type: 'control-answer'; readonly requestId: string }
  /** JSON of a kind that is not used. */
  | { readonly type: 'ignored' }
  /** JSON of a kind that is not known. The agent adds kinds with every version. */
  | { readonly type: 'unknown'; readonly kind: string }
  /** Not JSON, or a known kind in an unknown shape. */
  | { readonly type: 'broken' }
