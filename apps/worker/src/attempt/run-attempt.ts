import type { ClaimAnswer, FinishBody } from '@sleepless/contracts'
import {
  PushError,
  WorkspaceError,
  type AgentOutcome,
  type Executor,
  type Order,
  type Usage,
} from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import { deliver } from '../effects/deliver.ts'
import { resumeAttempt } from '../effects/resume.ts'
import type { AttemptJournal } from '../journal/attempt-journal.ts'
import { persist } from '../persist.ts'
import { commitRequest, summaryOf } from './commit-message.ts'
import type { Reporter } from './reporter.ts'
import type { RunningAttempt } from './running-attempts.ts'
import { uploadCommit } from './upload-commit.ts'
import { work, type Work } from './work.ts'

type Ending = Pick<FinishBody, 'outcome' | 'usage'>
type Outcome = FinishBody['outcome']

export interface AttemptInput {
  readonly order: Order
  readonly claimed: ClaimAnswer
  readonly running: RunningAttempt
  readonly reporter: Reporter
  readonly journal: AttemptJournal
  readonly executor: Executor
}

const NO_USAGE: Usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }

/**
 * Runs a claimed attempt from its workspace to its ending. The workspace is cleaned away last, when
 * the ending is known to the service.
 *
 * @throws when the attempt was lost, or its ending could not be told.
 */
export async function runAttempt(deps: WorkerDeps, input: AttemptInput): Promise<void> {
  const { order, running, reporter, journal } = input
  const { patience } = deps
  await using resources = new AsyncDisposableStack()
  const ending = await endingOf(deps, input, resources)
  journal.end(ending)
  // A service that answers has it on its own disk at once; one that does not, may be away for long.
  const onRetry = (): void => void journal.sync()
  const last = await reporter.last()
  await persist(() => deps.api.finish(order, { ...ending, ...(last && { last }) }), {
    signal: running.lostSignal,
    patience,
    onRetry,
  })
}

async function endingOf(
  deps: WorkerDeps,
  input: AttemptInput,
  resources: AsyncDisposableStack,
): Promise<Ending> {
  const { running } = input
  let usage = NO_USAGE
  try {
    const resumed = await resumeAttempt(deps, input)
    if (resumed !== undefined) return { outcome: resumed, usage }
    const done = await work(deps, input, resources)
    const { agent } = done
    usage = agent.usage
    const outcome = await conclude(deps, input, done)
    if (outcome.kind === 'succeeded' && 'commit' in done.workspace) done.workspace.succeeded()
    return { outcome, usage }
  } catch (error) {
    return { outcome: outcomeOfError(error, running), usage }
  }
}

/** What the agent's ending means for the attempt; a success is committed before it counts as one. */
async function conclude(
  deps: WorkerDeps,
  input: AttemptInput,
  { agent, workspace, checkpointer }: Work,
): Promise<Outcome> {
  const { order, claimed, running } = input
  if (agent.kind !== 'succeeded') {
    await checkpointer?.last()
    return agent.kind === 'stopped' ? stoppedOutcome(running) : failedOutcome(agent)
  }

  const { answer, usage } = agent
  const warnings = agent.warnings.map((warning) => warning.slice(0, 2000)).slice(0, 50)
  const told = { summary: summaryOf(answer), warnings }
  const commit =
    'commit' in workspace ? await workspace.commit(commitRequest(claimed, answer)) : undefined
  if (commit === undefined) {
    await checkpointer?.last()
    return { kind: 'succeeded', ...told }
  }

  const { api, patience } = deps
  const { hash, branch, base = null } = commit
  await uploadCommit(api, order, commit, running.lostSignal)
  const session = await checkpointer?.lastSession()
  const made = { commit: hash, branch, base, ...told, usage, session }
  const checkpoint = { stage: 'committed', ...made } as const
  // From here on the agent need not run again, whatever happens.
  await persist(() => api.checkpoint(order, checkpoint), { signal: running.lostSignal, patience })
  return deliver(deps, input, checkpoint)
}

function outcomeOfError(error: unknown, running: RunningAttempt): Outcome {
  if (running.stopReason() === 'lost') throw error
  if (running.stopReason() !== undefined) return stoppedOutcome(running)
  if (!(error instanceof WorkspaceError || error instanceof PushError)) throw error
  return { kind: 'failed', failure: bounded({ code: error.code, message: error.message }) }
}

/** With a moment from which on it may go better, it is no try: it waits until then. */
function failedOutcome({ failure, until }: Extract<AgentOutcome, { kind: 'failed' }>): Outcome {
  const known = bounded(failure)
  if (until === undefined) return { kind: 'failed', failure: known }
  return { kind: 'parked', until: until.toISOString(), failure: known }
}

function stoppedOutcome(running: RunningAttempt): Outcome {
  return { kind: running.stopReason() === 'canceled' ? 'canceled' : 'interrupted' }
}

function bounded<F extends { readonly message: string }>(failure: F): F {
  return { ...failure, message: failure.message.slice(0, 4000) }
}
