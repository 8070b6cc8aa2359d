/** What a code means, for a person and for `settle`. */
export interface FailureReason {
  readonly cause: string
  readonly remedy: string
  /** Whether the same attempt could go better another time without anybody doing anything. */
  readonly retryable: boolean
  /** Whether it uses up one of the task's tries. */
  readonly counted: boolean
}

const reason = (
  cause: string,
  remedy: string,
  { retryable = false, counted = true }: { retryable?: boolean; counted?: boolean } = {},
): FailureReason => ({ cause, remedy, retryable, counted })

/** Every way in which an attempt, or a task, can fail. The codes are public and stable. */
export const FAILURE_CODES = [
  'AGENT_NOT_INSTALLED',
  'AGENT_NOT_LOGGED_IN',
  'SANDBOX_UNAVAILABLE',
  'AGENT_CRASHED',
  'AGENT_REPORTED_ERROR',
  'NEVER_STARTED',
  'PERMISSION_DENIED',
  'MODEL_RATE_LIMITED',
  'MODEL_UNAVAILABLE',
  'BUDGET_EXHAUSTED',
  'TIMED_OUT',
  'WORKER_LOST',
  'WORKSPACE_FAILED',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

export const failureReasons: Readonly<Record<FailureCode, FailureReason>> = {
  AGENT_NOT_INSTALLED: reason(
    'The agent program was not found on the worker.',
    'Run `pnpm install` on the worker, or point CLAUDE_BIN at the Claude Code binary.',
    { retryable: true, counted: false },
  ),
  AGENT_NOT_LOGGED_IN: reason(
    'The worker has no model credential, or the provider refused it.',
    'Set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN for the worker and start it again.',
    { retryable: true, counted: false },
  ),
  SANDBOX_UNAVAILABLE: reason(
    'The worker is told to run agents in a sandbox only, and has none.',
    'Set SLEEPLESS_SANDBOX=auto: agents then edit files and run no commands.',
    { retryable: true, counted: false },
  ),
  AGENT_CRASHED: reason(
    'The agent process ended without a result.',
    'Read the end of the output; if it repeats, try another model or a smaller task.',
    { retryable: true },
  ),
  AGENT_REPORTED_ERROR: reason(
    'The agent ended and said that it had failed.',
    'Read the output, correct the prompt or the project, and retry.',
  ),
  NEVER_STARTED: reason(
    'The agent process was started and said nothing.',
    'Run `sleepless doctor` on the worker.',
    { retryable: true },
  ),
  PERMISSION_DENIED: reason(
    'The agent was denied a tool that it should have had.',
    'Check the permissions in the output; SLEEPLESS_SANDBOX decides which tools an agent has.',
  ),
  MODEL_RATE_LIMITED: reason(
    'The model provider limited the rate of requests.',
    'Nothing to do: the task is tried again. Fewer parallel tasks (WORKER_CONCURRENCY) help.',
    { retryable: true },
  ),
  MODEL_UNAVAILABLE: reason(
    'The model provider could not be reached or failed.',
    'Check the network and ANTHROPIC_BASE_URL; the task is tried again.',
    { retryable: true },
  ),
  BUDGET_EXHAUSTED: reason(
    "The attempt's budget was spent before it was done.",
    'Submit again with a larger budgetUsd.',
  ),
  TIMED_OUT: reason(
    'The attempt ran for longer than its limit.',
    'Submit again with a larger timeoutMs, or a smaller task.',
  ),
  WORKER_LOST: reason(
    'The worker stopped answering while the attempt ran.',
    'Look at the log of the worker; it may have been killed or out of memory.',
    { retryable: true },
  ),
  WORKSPACE_FAILED: reason(
    'The workspace could not be prepared, or its commit not be made.',
    "Check the worker's disk, and that it reaches the project's remote.",
    { retryable: true },
  ),
}

export interface Failure {
  readonly code: FailureCode
  /** What happened this time, in one or two sentences, without secrets. */
  readonly message: string
}
