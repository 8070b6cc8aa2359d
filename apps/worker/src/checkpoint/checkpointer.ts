import { ApiError, type SessionRecordView } from '@sleepless/contracts'
import type { SessionMoment, Workspace, WorkSnapshot } from '@sleepless/domain'

import type { AttemptInput } from '../attempt/run-attempt.ts'
import type { WorkerDeps } from '../deps.ts'
import type { PersistOptions } from '../persist.ts'
import { DEFAULT_TIMING } from '../timing.ts'
import { createPace } from './pace.ts'
import {
  createCheckpointStore,
  MAX_BUNDLE_BYTES,
  type CheckpointStore,
} from './store-checkpoint.ts'

// A worker that ends has less time than one whose attempt does.
const LAST_MS = 60_000
const LAST_WHILE_STOPPING_MS = 15_000

/** Keeps the work of a running attempt, and its agent's session, where another worker finds them. */
export interface Checkpointer {
  /** To be told of each moment at which that can be done. Never waits. */
  note(moment: SessionMoment): void
  /** Keeps what there is at the end of an agent that has not succeeded. Never throws. */
  last(): Promise<void>
  /** The same of one that has: its work is committed. @returns undefined when there is no session. */
  lastSession(): Promise<SessionRecordView | undefined>
}

const TOO_LARGE = `The work is not kept elsewhere: it is larger than ${MAX_BUNDLE_BYTES} bytes.`
const NESTED =
  'The work is not kept elsewhere while the agent runs: there are repositories or submodules in it.'

type Deps = Pick<WorkerDeps, 'api' | 'logger' | 'patience' | 'timing'>

export function createCheckpointer(
  deps: Deps,
  input: AttemptInput,
  workspace: Workspace,
): Checkpointer {
  const { api, patience, timing } = deps
  const { order, claimed, running } = input
  const { sessionId } = claimed.attempt
  const { branch } = workspace
  const store = createCheckpointStore({ api, held: order, sessionId, branch })
  const closing = new AbortController()
  const { trying, warnOnce } = createComplaints(deps, input, closing.signal)
  let lastMoment: SessionMoment | undefined

  async function take(moment: SessionMoment): Promise<boolean> {
    const snapshot = await workspace.snapshot({ whileWorking: true })
    if (snapshot === undefined) await warnOnce(NESTED)
    // Else it may hold half of what a tool did, or what the transcript does not tell of.
    if (snapshot === undefined || !(await moment.isStill())) return false
    const signal = AbortSignal.any([running.lostSignal, closing.signal])
    if (!(await store.store(snapshot, moment, { signal, patience }))) await warnOnce(TOO_LARGE)
    return true
  }

  const pace = createPace(
    timing?.checkpointMs ?? DEFAULT_TIMING.checkpointMs,
    async (moment) => (await trying(() => take(moment))) ?? false,
  )

  async function close(): Promise<PersistOptions> {
    closing.abort()
    await pace.close()
    const isStopping = running.stopReason() === 'worker-stopping'
    const limit = AbortSignal.timeout(isStopping ? LAST_WHILE_STOPPING_MS : LAST_MS)
    return { signal: AbortSignal.any([running.lostSignal, limit]), patience }
  }

  return {
    note(moment) {
      if (moment.isLast === true) lastMoment = moment
      else pace.note(moment)
    },
    async last() {
      const patiently = await close()
      await trying(async () => {
        const snapshot = await workspace.snapshot({ whileWorking: false })
        if (snapshot === undefined || running.lostSignal.aborted) return
        if (!(await keep(store, { snapshot, lastMoment, patiently }))) await warnOnce(TOO_LARGE)
      })
    },
    async lastSession() {
      const patiently = await close()
      const moment = lastMoment
      return moment && trying(() => store.storeSession(moment, patiently))
    },
  }
}

interface Last {
  readonly snapshot: WorkSnapshot
  readonly lastMoment: SessionMoment | undefined
  readonly patiently: PersistOptions
}

/** @returns false when it is too large. */
async function keep(
  store: CheckpointStore,
  { snapshot, lastMoment, patiently }: Last,
): Promise<boolean> {
  // What there is to go on from must not be replaced by work that no transcript tells of.
  if (lastMoment === undefined && store.hasSession) return store.storeWork(snapshot, patiently)
  if (lastMoment === undefined && snapshot.commit === undefined) return true
  return store.store(snapshot, lastMoment, patiently)
}

interface Complaints {
  /** A checkpoint that cannot be made is no reason to stop an agent. @returns undefined for such. */
  readonly trying: <T>(work: () => Promise<T>) => Promise<T | undefined>
  readonly warnOnce: (message: string) => Promise<void>
}

function createComplaints(
  { logger }: Deps,
  { order, running, reporter }: AttemptInput,
  closing: AbortSignal,
): Complaints {
  const said = new Set<string>()
  return {
    async trying(work) {
      try {
        return await work()
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) running.stop('lost')
        else if (!closing.aborted && !running.lostSignal.aborted) {
          logger.warn({ err: error, attemptId: order.attemptId }, 'checkpoint not taken')
        }
        return undefined
      }
    },
    async warnOnce(message) {
      if (said.has(message)) return
      said.add(message)
      await reporter.report({ type: 'warned', at: new Date().toISOString(), message })
    },
  }
}
