import { ok, warn, type Check } from './finding.ts'
import { leftoverDrafts, staleAddress } from './leftovers.ts'

/** What services that were killed have left lying about. */
export const checkLeftovers: Check = {
  name: 'leftovers',
  async look({ home }) {
    const stale = await staleAddress(home)
    const found = [
      ...(stale === undefined ? [] : [`${stale.file} of process ${stale.pid}, which has ended`]),
      ...leftoverDrafts(home),
    ]
    if (found.length === 0) return ok('none')
    return warn(found.join(', '), 'Run: sleepless doctor --fix')
  },
}
