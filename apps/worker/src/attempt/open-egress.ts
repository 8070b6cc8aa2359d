import type { ClaimAnswer } from '@sleepless/contracts'
import type { EgressAccess } from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import type { Reporter } from './reporter.ts'

/**
 * The way out of an attempt's sandbox; what is refused on it, its task tells.
 *
 * @returns undefined for a thought, which has none, and for a project that wants none.
 */
export async function openEgress(
  { egress }: Pick<WorkerDeps, 'egress'>,
  { project }: Pick<ClaimAnswer, 'project'>,
  reporter: Pick<Reporter, 'report'>,
): Promise<EgressAccess | undefined> {
  if (egress === undefined || project === null) return undefined
  const { egress: rules } = project
  if (!rules.registries && rules.hosts.length === 0) return undefined
  return egress.open({
    rules,
    onRefusal(message) {
      const at = new Date().toISOString()
      // A service that takes no reports stops the attempt.
      reporter.report({ type: 'warned', at, message }).catch(() => undefined)
    },
  })
}
