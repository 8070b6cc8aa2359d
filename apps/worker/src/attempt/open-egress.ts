import type { ClaimAnswer } from '@sleepless/contracts'
import type { EgressAccess } from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import type { Reporter } from './reporter.ts'

/**
 * The way out of an attempt's sandbox; what is refused on it, its task tells.
 *
 * @returns undefined for a thought, which has none, for a project that wants none, and when none can be
 *   made, which the task tells, too: the agent may do without.
 */
export async function openEgress(
  { egress }: Pick<WorkerDeps, 'egress'>,
  { project }: Pick<ClaimAnswer, 'project'>,
  reporter: Pick<Reporter, 'report'>,
): Promise<EgressAccess | undefined> {
  if (egress === undefined || project === null) return undefined
  const { egress: rules } = project
  if (!rules.registries && rules.hosts.length === 0) return undefined
  const warn = (message: string): void => {
    const at = new Date().toISOString()
    // A service that takes no reports stops the attempt.
    reporter.report({ type: 'warned', at, message }).catch(() => undefined)
  }
  try {
    return await egress.open({ rules, onRefusal: warn })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    warn(`The agent reaches no package registry and no host: ${reason.slice(0, 1000)}`)
    return undefined
  }
}
