import type { ActivityLimitOptions } from '../activity/activity-limits.ts'

export interface CodexExecutorOptions extends ActivityLimitOptions {
  /** Absolute path, or a name that is looked for in `path`. */
  readonly binary: string
  /** What it is logged in with. Without it, `probe` and `run` say AGENT_NOT_LOGGED_IN. */
  readonly apiKey: string | undefined
  /** For orders that name none. Default: Codex's own. */
  readonly defaultModel?: string | undefined
  /** Between SIGTERM and SIGKILL when it is stopped, in milliseconds. */
  readonly killGraceMs: number
  /** PATH of the agent and its tools. Default: the usual system directories. */
  readonly path?: string | undefined
}
