import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

import { ApiError, type Resume, type SessionRecordView } from '@sleepless/contracts'
import {
  attemptId,
  type EarlierWork,
  type Scratch,
  type SessionToResume,
  type Workspace,
} from '@sleepless/domain'

import { openWorkspace, workspaceRequest } from '../attempt/open-workspace.ts'
import type { AttemptInput } from '../attempt/run-attempt.ts'
import type { WorkerDeps } from '../deps.ts'
import { persist } from '../persist.ts'

/** Where an agent is to work, and which session it is to go on with. */
export interface Beginning {
  readonly workspace: Workspace | Scratch
  /** Absent: it begins a session. */
  readonly resume: SessionToResume | undefined
}

// The largest files, over a slow line.
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000

/**
 * Prepares what the agent of an attempt needs: where an earlier one got to, if that is to be had, else
 * a workspace of its own, and a word about it.
 *
 * @throws {WorkspaceError}
 */
export async function beginWork(deps: WorkerDeps, input: AttemptInput): Promise<Beginning> {
  const { claimed, executor } = input
  const { resume } = claimed
  if (resume !== null) {
    const restored = await restore(deps, input, resume)
    if (restored !== undefined) return restored
    await startAnew(input, `${nameOf(resume)} is not to be had any more`)
  } else if (claimed.attempt.hasRunBefore && executor.capabilities.resume) {
    await startAnew(input, 'There is nothing of an earlier attempt to go on from')
  }
  return { workspace: await openWorkspace(deps, input), resume: undefined }
}

/** Says that the agent does not go on where an earlier one was. */
export async function startAnew({ reporter }: AttemptInput, why: string): Promise<void> {
  const message = `${why}: the agent starts anew.`.slice(0, 2000)
  await reporter.report({ type: 'warned', at: new Date().toISOString(), message })
}

function nameOf({ of, checkpoint: { stage, commit } }: Resume): string {
  const isOwnCommit = of === 'task' && stage === 'committed'
  return isOwnCommit ? `The bundle of commit ${commit}` : 'What an earlier agent left'
}

async function restore(
  deps: WorkerDeps,
  input: AttemptInput,
  resume: Resume,
): Promise<Beginning | undefined> {
  const { running, executor, reporter } = input
  // What is own and committed has been looked for: its agent has to run again, from the beginning.
  if (resume.of === 'task' && resume.checkpoint.stage === 'committed') return undefined
  const earlier = earlierWork(deps, input, resume)
  const request = workspaceRequest(input)
  const workspace = await deps.workspaces.restore(request, earlier, running.stopSignal)
  if (workspace === undefined) return undefined
  const { session } = resume.checkpoint
  const wanted = executor.capabilities.resume ? (session ?? undefined) : undefined
  if (wanted !== undefined && (await receiveTranscript(deps, input, { wanted, workspace }))) {
    await reporter.output(`[going on with session ${wanted.sessionId}]\n`)
    const why = resume.of === 'task' ? 'interrupted' : 'followed-up'
    const heard = resume.of === 'task' ? wanted.heard : 0
    return { workspace, resume: { transcriptFile: workspace.transcriptPath, heard, why } }
  }
  if (earlier.isFinished && request.project !== undefined) {
    if (wanted !== undefined) await startAnew(input, 'The transcript is not to be had any more')
    await rm(workspace.transcriptPath, { force: true })
    return { workspace, resume: undefined }
  }
  await workspace[Symbol.asyncDispose]()
  return undefined
}

function earlierWork(
  { api, patience }: WorkerDeps,
  { order, running }: AttemptInput,
  { checkpoint, attemptId: madeBy }: Resume,
): EarlierWork {
  const signal = AbortSignal.any([running.stopSignal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)])
  return {
    madeBy: attemptId(madeBy),
    branch: checkpoint.branch,
    commit: checkpoint.commit ?? undefined,
    base: checkpoint.base ?? undefined,
    isFinished: checkpoint.stage === 'committed',
    bundle: () =>
      ifThere(() => persist(() => api.resumeBundle(order, signal), { signal, patience })),
  }
}

/** @returns whether it is there, and the one that was meant. */
async function receiveTranscript(
  { api, patience }: WorkerDeps,
  { order, running }: AttemptInput,
  { wanted, workspace }: { readonly wanted: SessionRecordView; readonly workspace: Workspace },
): Promise<boolean> {
  const signal = AbortSignal.any([running.stopSignal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)])
  const ask = (): Promise<ReadableStream<Uint8Array>> => api.resumeTranscript(order, signal)
  const content = await ifThere(() => persist(ask, { signal, patience }))
  if (content === undefined) return false
  const { transcriptPath: file } = workspace
  await pipeline(content, createWriteStream(file, { mode: 0o600 }), { signal })
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  if (hash.digest('hex') === wanted.sha256) return true
  await rm(file)
  return false
}

/** @returns undefined when the service has no such file. */
async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
