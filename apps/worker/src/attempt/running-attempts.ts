import type { AttemptId } from '@sleepless/domain'

/** Why an attempt is told to stop. */
export type StopReason =
  /** A person canceled the task. */
  | 'canceled'
  /** The worker ends. */
  | 'worker-stopping'
  /** The attempt has passed on: nothing more may be written about it. */
  | 'lost'

/** An attempt that runs here, with the means to stop it. */
export interface RunningAttempt extends Disposable {
  /** Aborted when the agent must stop, for whatever reason. */
  readonly stopSignal: AbortSignal
  /** Aborted when nothing may be written any more. */
  readonly lostSignal: AbortSignal
  /** The weightiest reason so far; undefined while it may run. */
  stopReason(): StopReason | undefined
  stop(reason: StopReason): void
}

export interface RunningAttempts {
  ids(): AttemptId[]
  /** Aborted when all are stopped, and with them those that come after. */
  readonly stopSignal: AbortSignal
  /** @returns undefined when the attempt runs here already. */
  add(id: AttemptId): RunningAttempt | undefined
  stop(id: AttemptId, reason: StopReason): void
  stopAll(reason: StopReason): void
}

export function createRunningAttempts(): RunningAttempts {
  const running = new Map<AttemptId, RunningAttempt>()
  const stopping = new AbortController()
  let stoppedBy: StopReason | undefined
  return {
    stopSignal: stopping.signal,
    ids: () => [...running.keys()],
    add(id) {
      if (running.has(id)) return undefined
      const attempt = createRunningAttempt(() => running.delete(id))
      running.set(id, attempt)
      if (stoppedBy !== undefined) attempt.stop(stoppedBy)
      return attempt
    },
    stop: (id, reason) => running.get(id)?.stop(reason),
    stopAll(reason) {
      stoppedBy = reason
      stopping.abort()
      for (const attempt of running.values()) attempt.stop(reason)
    },
  }
}

function createRunningAttempt(onDispose: () => void): RunningAttempt {
  const stopping = new AbortController()
  const losing = new AbortController()
  let reason: StopReason | undefined
  return {
    stopSignal: stopping.signal,
    lostSignal: losing.signal,
    stopReason: () => reason,
    stop(given) {
      if (given === 'lost') losing.abort()
      reason = given === 'lost' ? given : (reason ?? given)
      stopping.abort()
    },
    [Symbol.dispose]: onDispose,
  }
}
