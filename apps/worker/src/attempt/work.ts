import type { AgentOrder, AgentOutcome, Scratch, Workspace } from '@sleepless/domain'

import { beginWork, startAnew, type Beginning } from '../checkpoint/begin-work.ts'
import { createCheckpointer, type Checkpointer } from '../checkpoint/checkpointer.ts'
import type { WorkerDeps } from '../deps.ts'
import { agentMessage } from './agent-message.ts'
import { allowancesOf } from './allowances.ts'
import { openEgress } from './open-egress.ts'
import { openWorkspace } from './open-workspace.ts'
import { runAgent } from './run-agent.ts'
import type { AttemptInput } from './run-attempt.ts'

/** What an agent has done, and where. */
export interface Work {
  readonly agent: Exclude<AgentOutcome, { readonly kind: 'unresumable' }>
  readonly workspace: Workspace | Scratch
  /** Absent where there is no work to keep. */
  readonly checkpointer: Checkpointer | undefined
}

/**
 * Runs the agent of an attempt: from where an earlier one got to, if it can, else from the beginning.
 *
 * @param resources get the workspace, which is needed until the ending is known.
 * @throws {WorkspaceError}
 */
export async function work(
  deps: WorkerDeps,
  input: AttemptInput,
  resources: AsyncDisposableStack,
): Promise<Work> {
  const { journal, running, executor } = input
  if (!executor.capabilities.steer) running.inbox.close()
  // Whoever goes on from here, should this process die, must know of the attempt.
  const [beginning] = await Promise.all([beginWork(deps, input), journal.begun()])
  const first = await runIn(deps, input, beginning, resources)
  if (first.agent.kind !== 'unresumable') return { ...first, agent: first.agent }

  await startAnew(input, `The session can't be gone on with (${first.agent.message})`)
  await beginning.workspace[Symbol.asyncDispose]()
  const workspace = await openWorkspace(deps, input)
  const second = await runIn(deps, input, { workspace, resume: undefined }, resources)
  if (second.agent.kind === 'unresumable') throw new Error('a session that began was refused')
  return { ...second, agent: second.agent }
}

interface Run extends Omit<Work, 'agent'> {
  readonly agent: AgentOutcome
}

async function runIn(
  deps: WorkerDeps,
  input: AttemptInput,
  { workspace, resume }: Beginning,
  resources: AsyncDisposableStack,
): Promise<Run> {
  const { executor, reporter, journal } = input
  resources.defer(async () => {
    // Work that could not be kept now may be later on.
    journal.keep()
    await workspace[Symbol.asyncDispose]()
    journal.keep(false)
  })
  const { stopSignal: signal, inbox: messages } = input.running
  const { path: workspacePath, homePath } = workspace
  await using egress = await openEgress(deps, input.claimed, reporter)
  const isKept = 'commit' in workspace
  const context = {
    workspacePath,
    homePath,
    readOnlyPaths: isKept ? workspace.readOnlyPaths : [],
    transcriptPath: isKept && executor.capabilities.resume ? workspace.transcriptPath : undefined,
    egress,
    signal,
    messages,
  }
  const checkpointer = isKept ? createCheckpointer(deps, input, workspace) : undefined
  const order = agentOrder(deps, input, resume)
  const agent = await runAgent(executor, order, context, { reporter, checkpointer })
  return { agent, workspace, checkpointer }
}

function agentOrder(
  { api }: WorkerDeps,
  { order, claimed: { task, attempt, messages, allowance } }: AttemptInput,
  resume: Beginning['resume'],
): AgentOrder {
  const known = resume?.heard ?? 0
  return {
    taskId: order.taskId,
    attemptId: order.attemptId,
    prompt: task.prompt,
    messages: messages.filter(({ number }) => number > known).map(agentMessage),
    sessionId: attempt.sessionId,
    resume,
    model: task.model ?? undefined,
    timeoutMs: task.timeoutMs,
    budgetMicroUsd: task.budgetMicroUsd ?? undefined,
    allowances: allowancesOf(api, order, allowance),
  }
}
