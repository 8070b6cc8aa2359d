import type { ClaimAnswer } from '@sleepless/contracts'
import type { Claimed, Resume } from '@sleepless/engine'

import { allowanceView } from './allowance-view.ts'
import { checkpointView } from './checkpoint-view.ts'
import { agentMessageView } from './message-view.ts'

/** All that a worker needs to know of a task. */
export function claimView(
  { attempt, task, project, budgetMicroUsd, resume, messages, allowance }: Claimed,
  now: Date,
): ClaimAnswer {
  return {
    attempt: { ...attempt },
    task: {
      prompt: task.prompt,
      model: task.model ?? null,
      timeoutMs: task.timeoutMs,
      budgetMicroUsd: budgetMicroUsd ?? null,
      requester: task.requester ?? null,
      executor: task.executor,
    },
    project: project
      ? {
          name: project.name,
          remote: project.remote,
          defaultBranch: project.defaultBranch ?? null,
          egress: { ...project.egress, hosts: [...project.egress.hosts] },
        }
      : null,
    allowance: allowanceView(allowance, now),
    resume: resume ? resumeView(resume) : null,
    messages: messages.map(agentMessageView),
  }
}

function resumeView({ of, attemptId, checkpoint }: Resume): NonNullable<ClaimAnswer['resume']> {
  return { of, attemptId, checkpoint: checkpointView(checkpoint) }
}
