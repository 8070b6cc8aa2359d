import { existsSync, statSync } from 'node:fs'

import { fail, ok, type Check } from './finding.ts'

const MIB = 1024 ** 2
// As much as is read in a second or two; `doctor --audit` reads it all.
const MAX_BYTES = 32 * MIB

/** Whether the chain of hashes over the events is whole. */
export const checkEventLog: Check = {
  name: 'event log',
  async look({ home: { databaseFile } }) {
    if (!existsSync(databaseFile)) return ok('none yet')
    const { size } = statSync(databaseFile)
    if (size > MAX_BYTES) {
      return ok(`not read, for it is large (${Math.round(size / MIB)} MiB); see doctor --audit`)
    }
    const { auditDatabase } = await import('@sleepless/storage')
    const report = auditDatabase(databaseFile, { states: false })
    if (report.problemCount === 0) return ok(`${report.events} events, none changed or missing`)
    const [first] = report.problems
    return fail(
      `${first?.where}: ${first?.what}`,
      'See all of it with: sleepless doctor --audit; to go back: sleepless restore <file>',
    )
  },
}
