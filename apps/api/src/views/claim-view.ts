import type { ClaimAnswer } from '@sleepless/contracts'
import type { Claimed } from '@sleepless/engine'

/** All that a worker needs to know of a task. */
export function claimView({ attempt, task, project }: Claimed): ClaimAnswer {
  return {
    attempt: { number: attempt.number, sessionId: attempt.sessionId },
    task: {
      prompt: task.prompt,
      model: task.model ?? null,
      timeoutMs: task.timeoutMs,
      budgetMicroUsd: task.budgetMicroUsd ?? null,
      requester: task.requester ?? null,
    },
    project: project
      ? {
          name: project.name,
          remote: project.remote,
          defaultBranch: project.defaultBranch ?? null,
        }
      : null,
  }
}
