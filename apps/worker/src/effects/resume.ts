import { ApiError, type CommittedCheckpointView, type FinishBody } from '@sleepless/contracts'
import { attemptId, type AttemptId } from '@sleepless/domain'

import type { Reporter } from '../attempt/reporter.ts'
import type { WorkerDeps } from '../deps.ts'
import { persist } from '../persist.ts'
import { deliver, projectBranch, type Delivery } from './deliver.ts'

// The largest bundles, over a slow line.
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000

export interface Resumed extends Delivery {
  readonly reporter: Reporter
}

/**
 * Goes on where an earlier attempt ended whose agent had succeeded.
 *
 * @returns undefined when there is nothing to go on with: the agent has to run.
 * @throws {PushError} {WorkspaceError}
 */
export async function resumeAttempt(
  deps: WorkerDeps,
  resumed: Resumed,
): Promise<FinishBody['outcome'] | undefined> {
  const { claimed, reporter, running } = resumed
  const { resume } = claimed
  if (resume?.of !== 'task' || resume.checkpoint.stage !== 'committed') return undefined
  const { checkpoint } = resume
  const madeBy = attemptId(resume.attemptId)
  // Without it, whoever prepares the agent says so.
  if (!(await receive(deps, resumed, { ...checkpoint, madeBy }))) return undefined
  await reporter.output(`[going on with commit ${checkpoint.commit}]\n`)
  running.stopSignal.throwIfAborted()
  return deliver(deps, resumed, checkpoint)
}

type Made = Pick<CommittedCheckpointView, 'commit' | 'base' | 'branch'> & {
  readonly madeBy: AttemptId
}

/** @returns whether the commit is on this host, or need not be. */
async function receive(
  { api, branches, patience }: WorkerDeps,
  { order, claimed: { project }, running: { stopSignal } }: Resumed,
  { commit, base, branch, madeBy }: Made,
): Promise<boolean> {
  // A thought's commit is delivered with its bundle; nothing else is done with it.
  if (project === null) return true
  const signal = AbortSignal.any([stopSignal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)])
  const bundle = async (): Promise<ReadableStream<Uint8Array> | undefined> => {
    try {
      return await persist(() => api.resumeBundle(order, signal), { signal, patience })
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    }
  }
  return branches.receive(
    projectBranch(project, branch),
    { attemptId: order.attemptId, madeBy, commit, base: base ?? undefined, bundle },
    signal,
  )
}
