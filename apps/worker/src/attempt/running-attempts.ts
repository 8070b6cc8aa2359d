import type { AgentMessage, AttemptId } from '@sleepless/domain'

import { createInbox, type Inbox } from './inbox.ts'

/** Why an attempt is told to stop. */
export type StopReason =
  /** A person canceled the task. */
  | 'canceled'
  /** The whole service is stopped: its task goes on once it runs again. */
  | 'service-stopped'
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
  readonly inbox: Inbox
  /** The weightiest reason so far; undefined while it may run. */
  stopReason(): StopReason | undefined
  stop(reason: StopReason): void
}

export interface RunningAttempts {
  ids(): AttemptId[]
  /** Of those that were sent messages: the number of the last that came. */
  taken(): Record<AttemptId, number>
  /** Hands over what people say to the agent of an attempt, if that runs here. */
  tell(id: AttemptId, messages: readonly AgentMessage[]): void
  /** Aborted when nothing more is begun: what comes after stops at once. */
  readonly closedSignal: AbortSignal
  close(): void
  /**
   * @param begunWith the number of the last message that it was claimed with; 0 for none.
   * @returns undefined when the attempt runs here already.
   */
  add(id: AttemptId, begunWith?: number): RunningAttempt | undefined
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
    taken() {
      const told = [...running].filter(([, { inbox }]) => inbox.taken() > 0)
      return Object.fromEntries(told.map(([id, { inbox }]) => [id, inbox.taken()]))
    },
    tell: (id, messages) => running.get(id)?.inbox.add(messages),
    add(id, begunWith = 0) {
      if (running.has(id)) return undefined
      const attempt = createRunningAttempt(createInbox(begunWith), () => running.delete(id))
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

function createRunningAttempt(inbox: Inbox, onDispose: () => void): RunningAttempt {
  const stopping = new AbortController()
  const losing = new AbortController()
  let reason: StopReason | undefined
  return {
    inbox,
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
