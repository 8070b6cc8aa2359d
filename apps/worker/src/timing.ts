/** How long the worker waits for this and that, in milliseconds. */
export interface WorkerTiming {
  /** Between looks at an agent that can run. */
  readonly availableProbeMs: number
  /** Between looks at one that cannot: who has just mended it should not have to wait for long. */
  readonly unavailableProbeMs: number
  /** How long a refusal is believed of which only a run can tell whether it still holds. */
  readonly refusalMs: number
  /** For attempts to end by themselves, once the worker is to end. */
  readonly graceMs: number
  /** For those that did not, to stop and to say so. */
  readonly stopDeadlineMs: number
  /** Between checkpoints of a running attempt, when something has changed. */
  readonly checkpointMs: number
  /** Between looks for workers of this home that died. */
  readonly recoverEveryMs: number
  /** Between looks for what is kept on the disk without need. */
  readonly tidyEveryMs: number
}

export const DEFAULT_TIMING: WorkerTiming = {
  availableProbeMs: 10 * 60_000,
  unavailableProbeMs: 15_000,
  refusalMs: 5 * 60_000,
  graceMs: 30_000,
  stopDeadlineMs: 20_000,
  checkpointMs: 60_000,
  recoverEveryMs: 30_000,
  tidyEveryMs: 60_000,
}
