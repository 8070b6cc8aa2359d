import type { ClaimAnswer, FinishBody } from '@sleepless/contracts'
import {
  WorkspaceError,
  type AgentOrder,
  type AgentOutcome,
  type Order,
  type Usage,
  type Workspace,
  type WorkspaceRequest,
} from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import { persist } from '../persist.ts'
import { commitRequest, summaryOf } from './commit-message.ts'
import type { Reporter } from './reporter.ts'
import { runAgent } from './run-agent.ts'
import type { RunningAttempt } from './running-attempts.ts'
import { uploadCommit } from './upload-commit.ts'

type Ending = Pick<FinishBody, 'outcome' | 'usage'>
type Outcome = FinishBody['outcome']

export interface AttemptInput {
  readonly order: Order
  readonly claimed: ClaimAnswer
  readonly running: RunningAttempt
  readonly reporter: Reporter
}

const NO_USAGE: Usage = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 }

/**
 * Runs a claimed attempt from its workspace to its ending. The workspace is cleaned away last, when
 * the ending is known to the service.
 *
 * @throws when the attempt was lost, or its ending could not be told.
 */
export async function runAttempt(deps: WorkerDeps, input: AttemptInput): Promise<void> {
  const { order, running, reporter } = input
  await using resources = new AsyncDisposableStack()
  const ending = await endingOf(deps, input, resources)
  await reporter.drain()
  await persist(() => deps.api.finish(order, ending), { signal: running.lostSignal })
}

async function endingOf(
  deps: WorkerDeps,
  input: AttemptInput,
  resources: AsyncDisposableStack,
): Promise<Ending> {
  const { claimed, running, reporter } = input
  let usage = NO_USAGE
  try {
    const workspace = resources.use(
      await deps.workspaces.open(workspaceRequest(input), running.stopSignal),
    )
    const { path: workspacePath, homePath } = workspace
    const context = { workspacePath, homePath, signal: running.stopSignal }
    const agent = await runAgent(deps.executor, agentOrder(claimed), context, reporter)
    usage = agent.usage
    return { outcome: await conclude(deps, input, { agent, workspace }), usage }
  } catch (error) {
    return { outcome: outcomeOfError(error, running), usage }
  }
}

/** What the agent's ending means for the attempt; a success is committed before it counts as one. */
async function conclude(
  { api }: WorkerDeps,
  { order, claimed, running }: AttemptInput,
  { agent, workspace }: { readonly agent: AgentOutcome; readonly workspace: Workspace },
): Promise<Outcome> {
  if (agent.kind === 'stopped') return stoppedOutcome(running)
  if (agent.kind === 'failed') return { kind: 'failed', failure: bounded(agent.failure) }

  const { answer, warnings } = agent
  const commit = await workspace.commit(commitRequest(claimed, answer))
  if (commit !== undefined) await uploadCommit(api, order, commit, running.lostSignal)
  return {
    kind: 'succeeded',
    summary: summaryOf(answer),
    ...(commit && { commit: commit.hash, branch: commit.branch }),
    warnings: warnings.map((warning) => warning.slice(0, 2000)).slice(0, 50),
  }
}

function outcomeOfError(error: unknown, running: RunningAttempt): Outcome {
  if (running.stopReason() === 'lost') throw error
  if (running.stopReason() !== undefined) return stoppedOutcome(running)
  if (!(error instanceof WorkspaceError)) throw error
  return { kind: 'failed', failure: bounded({ code: error.code, message: error.message }) }
}

function stoppedOutcome(running: RunningAttempt): Outcome {
  return { kind: running.stopReason() === 'canceled' ? 'canceled' : 'interrupted' }
}

function bounded<F extends { readonly message: string }>(failure: F): F {
  return { ...failure, message: failure.message.slice(0, 4000) }
}

function workspaceRequest({ order, claimed }: AttemptInput): WorkspaceRequest {
  const { task, project } = claimed
  return {
    taskId: order.taskId,
    attemptId: order.attemptId,
    prompt: task.prompt,
    project:
      project === null
        ? undefined
        : { ...project, defaultBranch: project.defaultBranch ?? undefined },
  }
}

function agentOrder({ task, attempt }: ClaimAnswer): AgentOrder {
  return {
    prompt: task.prompt,
    sessionId: attempt.sessionId,
    model: task.model ?? undefined,
    timeoutMs: task.timeoutMs,
    budgetMicroUsd: task.budgetMicroUsd ?? undefined,
  }
}
