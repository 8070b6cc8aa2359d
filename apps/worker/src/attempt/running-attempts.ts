import type { AttemptId } from '@sleepless/domain'

/** Why an attempt is told to stop. */
export type StopReason =
  /** A person canceled the task. */
  | 'canceled'
  /** The worker ends. */
  | 'worker-stopping'
  /** The attempt has passed on: nothing more may be written about it. */
  | 'lost'
  /** It could not end in time: the journal tells the next worker of this home what is to be done. */
  | 'left-behind'

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
  /** Aborted when nothing more is begun: what comes after stops at once. */
  readonly closedSignal: AbortSignal
  close(): void
  /** @returns undefined when the attempt runs here already. */
  add(id: AttemptId): RunningAttempt | undefined
  stop(id: AttemptId, reason: StopReason): void
  stopAll(reason: StopReason): void
}

export function createRunningAttempts(): RunningAttempts {
  const running = new Map<AttemptId, RunningAttempt>()
  const closing = new AbortController()
  let stoppedBy: StopReason | undefined
  return {
    closedSignal: closing.signal,
    close() {
      stoppedBy ??= 'worker-stopping'
      closing.abort()
    },
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
      closing.abort()
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
      const isOver = given === 'lost' || given === 'left-behind'
      if (isOver) losing.abort()
      if (reason !== 'lost') reason = isOver ? given : (reason ?? given)
      stopping.abort()
    },
    [Symbol.dispose]: onDispose,
  }
}
