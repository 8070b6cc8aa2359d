/** An event as the harness's own client heard it. */
export interface SeenEvent {
  readonly id: number
  readonly type: string
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly data: Readonly<Record<string, unknown>>
  /** On the harness's monotonic clock. */
  readonly heardMs: number
}

/** A task that was acknowledged to the harness. */
export interface Submission {
  /** Its own word, in its prompt and in its metadata. */
  readonly token: string
  readonly taskId: string
  /** All ids that were answered to its idempotency key; one is right. */
  readonly answeredIds: readonly string[]
  readonly executor: 'claude' | 'command'
  readonly isSerious: boolean
  /** Whether its agent leaves a file behind. */
  readonly writes: boolean
  readonly isCanceled: boolean
  /** What was said about it later, and was acknowledged. */
  readonly told: readonly string[]
  /** How it should end when nothing but the fault stands in its way. */
  readonly expects: readonly Ending[]
}
export type Ending = 'succeeded' | 'failed' | 'canceled'

/** A task as the api answers it. */
export interface SeenTask {
  readonly id: string
  readonly status: string
  readonly token: string | undefined
  readonly waitingFor: { readonly reason: string; readonly until: string | null } | null
  readonly failureCode: string | undefined
  readonly summary: string | undefined
  readonly commit: string | undefined
  readonly branch: string | undefined
}

/** A message as the api lists it. */
export interface SeenMessage {
  readonly number: number
  readonly text: string
  /** Whose agent is said to have been given it. */
  readonly attemptId: string | null
}

export interface SeenAttempt {
  readonly id: string
  readonly taskId: string
  readonly number: number
  readonly status: string
  /** An agent that goes on where another stopped has the session of that one. */
  readonly sessionId: string | null
}

/** What an agent wrote down, or the model for it: it began, was told more, left a file, did what counts. */
export interface EffectLine {
  readonly token: string
  readonly attemptId: string
  readonly step: 'began' | 'told' | 'wrote' | 'acted'
}

/** A line of the remote's post-receive hook. */
export interface PushLine {
  readonly ref: string
  readonly before: string
  readonly after: string
}

/** A commit with the trailers that the host gave it. */
export interface SeenCommit {
  readonly hash: string
  readonly taskId: string | undefined
  readonly attemptId: string | undefined
}

/** A process that bears the sign of an attempt. */
export interface SeenProcess {
  readonly pid: number
  readonly attemptId: string
  readonly command: string
}

/** All that is known of one run, from outside. */
export interface Evidence {
  readonly submissions: readonly Submission[]
  /** Tasks whose metadata names the run, as the list gives them. */
  readonly listed: readonly SeenTask[]
  /** Answers to `GET /v1/tasks/{id}`; absent: 404. */
  readonly tasks: ReadonlyMap<string, SeenTask>
  readonly attempts: readonly SeenAttempt[]
  /** Of tasks that something was said about, by their ids. */
  readonly messages: ReadonlyMap<string, readonly SeenMessage[]>
  /** What the client that resumes has heard since the run began. */
  readonly heard: readonly SeenEvent[]
  /** The same, read again from the first of them on by a new client. */
  readonly reread: readonly SeenEvent[]
  readonly effects: readonly EffectLine[]
  readonly pushes: readonly PushLine[]
  /** How often each effect was done that the harness itself did under the ledger. */
  readonly ledgerEffects: ReadonlyMap<string, number>
  /** Commits that results name, where some repository holds them. */
  readonly commits: ReadonlyMap<string, SeenCommit>
  /** Attempts whose work is on a checkpoint or a branch, or in a workspace that is still there. */
  readonly kept: ReadonlySet<string>
  readonly processes: readonly SeenProcess[]
}

/** Which promise was broken. */
export type ViolationKind = 'lost' | 'doubled' | 'stuck' | 'other'

export interface Violation {
  readonly kind: ViolationKind
  readonly message: string
}

export type Check = (evidence: Evidence) => readonly Violation[]

export const FINAL: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled'])
