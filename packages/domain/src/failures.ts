import type { BackoffPolicy } from './backoff.ts'

/** What a code means, for a person and for `settle`. */
export interface FailureReason {
  readonly cause: string
  readonly remedy: string
  /** Whether the same attempt could go better another time without anybody doing anything. */
  readonly retryable: boolean
  /** Whether it uses up one of the task's tries. */
  readonly counted: boolean
  /** The pause before the next try. */
  readonly backoff: BackoffPolicy
  /** How many tries a task has whose last one ended like this; the policy may allow fewer. */
  readonly maxTries: number
}

const MINUTE_MS = 60_000

/** For what may be better at once, in another place. */
const BRIEF: BackoffPolicy = { initialDelayMs: 200, maxDelayMs: MINUTE_MS }
const USUAL: BackoffPolicy = { initialDelayMs: 2000, maxDelayMs: 10 * MINUTE_MS }
/** For what others have to mend. */
const PATIENT: BackoffPolicy = { initialDelayMs: 15_000, maxDelayMs: 30 * MINUTE_MS }

const MAX_TRIES = 3

interface Handling {
  readonly counted?: boolean
  readonly backoff?: BackoffPolicy
  readonly maxTries?: number
}

/** Nothing gets better by trying again. */
function final(cause: string, remedy: string): FailureReason {
  return { cause, remedy, retryable: false, counted: true, backoff: USUAL, maxTries: 1 }
}

function passing(cause: string, remedy: string, handling: Handling = {}): FailureReason {
  const { counted = true, backoff = USUAL, maxTries = MAX_TRIES } = handling
  return { cause, remedy, retryable: true, counted, backoff, maxTries }
}

/** Every way in which an attempt, or a task, can fail. The codes are public and stable. */
export const FAILURE_CODES = [
  'AGENT_NOT_INSTALLED',
  'AGENT_NOT_LOGGED_IN',
  'SANDBOX_UNAVAILABLE',
  'AGENT_CRASHED',
  'AGENT_REPORTED_ERROR',
  'NEVER_STARTED',
  'NO_OUTPUT',
  'LOOPED',
  'PERMISSION_DENIED',
  'MODEL_RATE_LIMITED',
  'MODEL_UNAVAILABLE',
  'QUOTA_EXHAUSTED',
  'BUDGET_EXHAUSTED',
  'DAILY_BUDGET_EXHAUSTED',
  'TIMED_OUT',
  'OUT_OF_MEMORY',
  'DISK_FULL',
  'WORKER_LOST',
  'WORKSPACE_FAILED',
  'GIT_AUTH_FAILED',
  'GIT_UNREACHABLE',
  'GIT_REJECTED',
  'GIT_CONFLICT',
  'PROTECTED_BRANCH',
  'DEPENDENCY_FAILED',
  'DEADLINE_PASSED',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

export const failureReasons: Readonly<Record<FailureCode, FailureReason>> = {
  AGENT_NOT_INSTALLED: passing(
    'The agent program was not found on the worker.',
    'Run `pnpm install` on the worker, or correct its CLAUDE_BIN, CODEX_BIN or WORKER_COMMANDS.',
    { counted: false },
  ),
  AGENT_NOT_LOGGED_IN: passing(
    'The worker has no model credential, or the provider refused it.',
    "Set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN (for codex: CODEX_API_KEY) in the worker's .env or environment.",
    { counted: false },
  ),
  SANDBOX_UNAVAILABLE: passing(
    'The worker is told to run agents in a sandbox only, and has none.',
    'Set SLEEPLESS_SANDBOX=auto: agents then edit files and run no commands.',
    { counted: false },
  ),
  AGENT_CRASHED: passing(
    'The agent process ended without a result.',
    'Read the end of the output; if it repeats, try another model or a smaller task.',
  ),
  AGENT_REPORTED_ERROR: final(
    'The agent ended and said that it had failed.',
    'Read the output, correct the prompt or the project, and retry.',
  ),
  NEVER_STARTED: passing(
    'The agent process was started and said nothing.',
    'Run `sleepless doctor` on the worker.',
  ),
  NO_OUTPUT: passing(
    'The agent fell silent while none of its tools was at work.',
    'Look whether the model provider has trouble; the task is tried again.',
    { maxTries: 2 },
  ),
  LOOPED: passing(
    'The agent made the same tool call again and again.',
    'Read the end of the output for what it waited for or could not do, and say in the prompt what to do then.',
    { maxTries: 2 },
  ),
  PERMISSION_DENIED: final(
    'The agent was denied a tool that it should have had.',
    'Check the permissions in the output; SLEEPLESS_SANDBOX decides which tools an agent has.',
  ),
  MODEL_RATE_LIMITED: passing(
    'The model provider limited the rate of requests.',
    'Nothing to do: the task is tried again. Fewer parallel tasks (WORKER_CONCURRENCY) help.',
    { backoff: PATIENT, maxTries: 8 },
  ),
  MODEL_UNAVAILABLE: passing(
    'The model provider could not be reached or failed.',
    'Check the network and ANTHROPIC_BASE_URL; the task is tried again.',
    { backoff: PATIENT, maxTries: 8 },
  ),
  BUDGET_EXHAUSTED: final(
    "The task's budget was spent before it was done.",
    'Submit again with a larger budgetUsd.',
  ),
  DAILY_BUDGET_EXHAUSTED: passing(
    "What was left of the day's budget did not cover the next request.",
    'Nothing to do: the task goes on the next day (UTC). A larger SLEEPLESS_DAILY_BUDGET_USD lasts longer.',
    { counted: false, backoff: PATIENT },
  ),
  QUOTA_EXHAUSTED: passing(
    'The quota of the model account is used up.',
    'Nothing to do: the task goes on when the quota is reset.',
    { counted: false, backoff: PATIENT },
  ),
  DEPENDENCY_FAILED: final(
    'A task that this one depends on did not succeed.',
    'Mend and retry that one, then submit this one again; onDependencyFailure=run would go on anyway.',
  ),
  DEADLINE_PASSED: final(
    'The task had not started by its deadline.',
    'Submit again with a later deadline or a larger priority; `why` tells what it waited for.',
  ),
  TIMED_OUT: final(
    'The attempt ran for longer than its limit.',
    'Submit again with a larger timeoutMs, or a smaller task.',
  ),
  OUT_OF_MEMORY: final(
    'The agent and its tools needed more memory than they may use.',
    'Submit a smaller task, or run it on a worker with more memory.',
  ),
  DISK_FULL: passing(
    "The worker's disk is full, or the attempt has filled its part of it.",
    'Free space on the worker, or submit a smaller task.',
    { maxTries: 2 },
  ),
  WORKER_LOST: passing(
    'The worker stopped answering while the attempt ran.',
    'Look at the log of the worker; it may have been killed or out of memory.',
    { backoff: BRIEF },
  ),
  WORKSPACE_FAILED: passing(
    'The workspace could not be prepared, or its commit not be made.',
    "Check the worker's disk, and that it reaches the project's remote.",
  ),
  GIT_AUTH_FAILED: passing(
    "The project's remote refused the worker's credentials.",
    'Give the worker credentials that may push branches; the push is tried again, the agent is not.',
    { backoff: PATIENT, maxTries: 8 },
  ),
  GIT_UNREACHABLE: passing(
    "The project's remote could not be reached, or did not answer in time.",
    'Check the remote and the network; the push is tried again, the agent is not.',
    { backoff: PATIENT, maxTries: 8 },
  ),
  GIT_REJECTED: final(
    "The project's remote refused the branch.",
    'Read the message: it says what the remote said. The commit is in the bundle and the diff of the task.',
  ),
  GIT_CONFLICT: final(
    'Somebody else has moved the branch on the remote.',
    'Nothing was overwritten: take what you need from both, delete the branch on the remote, and retry.',
  ),
  PROTECTED_BRANCH: final(
    'The branch is the default branch of the remote, or checked out there.',
    'Check out another branch on the remote, or correct defaultBranch of the project, and retry.',
  ),
}

/** The codes with which bringing a branch to its remote fails. */
export type PushFailureCode = Extract<FailureCode, `GIT_${string}` | 'PROTECTED_BRANCH'>

export interface Failure {
  readonly code: FailureCode
  /** What happened this time, in one or two sentences, without secrets. */
  readonly message: string
}
