import type { BackoffPolicy } from '@sleepless/domain'

/** Every wait of the gateway, in milliseconds. */
export interface GatewayTiming {
  /** For the answer to a command: Slack gives up 3 s after it sent it. */
  readonly ackMs: number
  /** Least time between two edits of one task's message, unless it has ended. */
  readonly editEveryMs: number
  /** Least time between two edits that can wait: Slack allows some 50 a minute in all. */
  readonly editGapMs: number
  /** Between two looks at the tasks that are shown and have not ended. */
  readonly refreshEveryMs: number
  /** A stream of events that is silent for so long is opened anew: it may be dead. */
  readonly silenceMs: number
  /**
   * How old a begun post must be before its message is looked for: longer than a request to Slack
   * may take, so that whoever began it has ended by then.
   */
  readonly unknownGraceMs: number
  /** Limit of one request to Slack. */
  readonly slackCallMs: number
  /** How long a start waits for Slack before it goes on trying in the background. */
  readonly startMs: number
  /** How long a stop waits for each part that is in the middle of a request. */
  readonly stopMs: number
  readonly retry: BackoffPolicy
}

export const DEFAULT_TIMING: GatewayTiming = {
  ackMs: 2500,
  editEveryMs: 3000,
  editGapMs: 1200,
  refreshEveryMs: 30_000,
  silenceMs: 60_000,
  unknownGraceMs: 15_000,
  slackCallMs: 10_000,
  startMs: 15_000,
  stopMs: 5000,
  retry: { initialDelayMs: 500, maxDelayMs: 30_000 },
}
