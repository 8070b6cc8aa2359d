/** How long the worker waits for this and that, in milliseconds. */
export interface WorkerTiming {
  /** Between looks at an agent that can run. */
  readonly availableProbeMs: number
  /** Between looks at one that cannot: who has just mended it should not have to wait for long. */
  readonly unavailableProbeMs: number
  /** For attempts to stop and to say so, once the worker ends. */
  readonly stopDeadlineMs: number
}

export const DEFAULT_TIMING: WorkerTiming = {
  availableProbeMs: 10 * 60_000,
  unavailableProbeMs: 15_000,
  stopDeadlineMs: 20_000,
}
