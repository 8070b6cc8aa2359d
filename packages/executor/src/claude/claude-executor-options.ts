import type { ModelGateway, Sandbox } from '@sleepless/domain'

import type { ActivityLimitOptions } from '../activity/activity-limits.ts'

export interface ClaudeExecutorOptions extends ActivityLimitOptions {
  /** Path of the Claude Code binary. Default: that of the pinned npm package. */
  readonly binary?: string | undefined
  /** The agent's way to the model. Without a credential in it, `probe` and `run` say AGENT_NOT_LOGGED_IN. */
  readonly gateway: ModelGateway
  /** For orders that name none. Default: `sonnet`. */
  readonly defaultModel?: string | undefined
  /** Where it is shut in with all its tools, asked for each run; undefined: `toolAccess` decides. */
  readonly sandbox?: () => Sandbox | undefined
  /**
   * Without a sandbox. `edits-only`: it may read and edit files in its workspace, and run nothing.
   * `all`: whatever the user may do that the worker runs as, for owners who take the risk.
   */
  readonly toolAccess: 'edits-only' | 'all'
  /** Between the request to end in order and SIGTERM when an agent is stopped, in milliseconds. Default: 3000. */
  readonly interruptGraceMs?: number | undefined
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  readonly killGraceMs: number
  /** PATH of the agent and its tools. Default: the usual system directories. */
  readonly path?: string | undefined
  /** LANG of the agent and its tools. Default: `C.UTF-8`. */
  readonly locale?: string | undefined
}
