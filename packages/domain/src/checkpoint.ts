import type { Usage } from './outcome.ts'

/** Where the transcript of an agent's session is kept, and how much of it can be gone on from. */
export interface SessionRecord {
  readonly sessionId: string
  /** Name of the attempt's artifact that holds it. */
  readonly artifact: string
  readonly sizeBytes: number
  /** Of the transcript, as hex. */
  readonly sha256: string
  /** Number of the last message of the task that it tells of; 0: of none. */
  readonly heard: number
}

/** The agent has succeeded: the commit is made and stored as a bundle, so what is left are the effects. */
export interface CommittedCheckpoint {
  readonly stage: 'committed'
  /** 40 hex digits. */
  readonly commit: string
  readonly branch: string
  /** The commit that it stands on, which the bundle does not hold; absent: none. */
  readonly base: string | undefined
  readonly summary: string
  readonly warnings: readonly string[]
  /** Of the agent that made it; paid by that attempt alone. */
  readonly usage: Usage
  /** As it was when the agent ended; absent: there is none that a follow-up could go on with. */
  readonly session?: SessionRecord | undefined
}

/**
 * The agent was at work. Files and transcript are of one moment at which no tool was: what the one tells
 * is in the other.
 */
export interface WorkingCheckpoint {
  readonly stage: 'working'
  /** Holds the files as they were, above `base`; absent: nothing had changed. */
  readonly commit: string | undefined
  /** Name of the attempt's artifact that holds that commit; absent together with it. */
  readonly bundle: string | undefined
  readonly branch: string
  /** What the work stands on; absent: an empty tree. */
  readonly base: string | undefined
  /** Absent: the work is kept, and there is nothing to go on from. */
  readonly session: SessionRecord | undefined
}

/** What a later attempt needs to go on with the work of this one. */
export type AttemptCheckpoint = CommittedCheckpoint | WorkingCheckpoint
