import type { ClaimAnswer, CommittedCheckpointView, FinishBody } from '@sleepless/contracts'
import type { ProjectBranch } from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import { performEffect, type EffectContext } from './perform-effect.ts'
import { pushEffect } from './push-effect.ts'

export interface Delivery extends EffectContext {
  readonly claimed: ClaimAnswer
}

/**
 * All that is left to do once the agent has succeeded and its commit is stored: a serious task's branch
 * goes to the remote of its project.
 *
 * @throws {PushError}
 */
export async function deliver(
  deps: Pick<WorkerDeps, 'api' | 'branches' | 'patience'>,
  delivery: Delivery,
  { commit, branch, summary, warnings }: CommittedCheckpointView,
): Promise<FinishBody['outcome']> {
  const { claimed, running } = delivery
  // The next attempt goes on here: while the service is stopped, nothing is done to the world.
  if (running.stopReason() === 'service-stopped') return { kind: 'interrupted' }
  if (claimed.project !== null) {
    const pushed = { branch: projectBranch(claimed.project, branch), commit }
    await performEffect(deps, pushEffect(deps.branches, pushed, running.stopSignal), delivery)
  }
  return { kind: 'succeeded', summary, commit, branch, warnings: [...warnings] }
}

export function projectBranch(
  { name, remote, defaultBranch }: NonNullable<ClaimAnswer['project']>,
  branch: string,
): ProjectBranch {
  return { project: { name, remote, defaultBranch: defaultBranch ?? undefined }, name: branch }
}
