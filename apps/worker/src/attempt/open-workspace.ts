import type { Scratch, Workspace, WorkspaceRequest } from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import type { AttemptInput } from './run-attempt.ts'

/** A repository only for what is going to be committed: making one takes longer than many a command. */
export function openWorkspace(
  { workspaces }: WorkerDeps,
  input: AttemptInput,
): Promise<Workspace | Scratch> {
  const { order, claimed, executor, running } = input
  if (claimed.project === null && !executor.needsWorkspace) {
    return workspaces.openScratch(order.attemptId)
  }
  return workspaces.open(workspaceRequest(input), running.stopSignal)
}

export function workspaceRequest({ order, claimed }: AttemptInput): WorkspaceRequest {
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
