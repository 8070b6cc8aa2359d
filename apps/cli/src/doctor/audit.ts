import { existsSync } from 'node:fs'

import { auditDatabase, storeFailureOf, type AuditReport, type NotedHead } from '@sleepless/storage'

import type { CliContext } from '../cli-context.ts'
import { homeOf } from '../database/home-of.ts'
import { createProgressLine } from '../database/progress-line.ts'
import { fail, ok, type Finding, type Verdict } from './finding.ts'

export interface Audit {
  readonly finding: Finding
  /** Null when there is nothing to audit, or it cannot be read. */
  readonly report: AuditReport | null
}

const REMEDY = 'Find out who changed it; to go back: sleepless restore <file>'

/**
 * Reads the whole event log, and holds the tables against it. Changes nothing; takes its time.
 *
 * @param noted what the log must still contain.
 */
export function audit(context: CliContext, noted?: NotedHead): Audit {
  const { databaseFile } = homeOf(context)
  if (!existsSync(databaseFile)) return named(noDatabase(noted), null)
  try {
    using progress = createProgressLine(context)
    const report = auditDatabase(databaseFile, { states: true, noted, onProgress: progress.show })
    const { events, tasks, problemCount, headId, headHash } = report
    if (problemCount === 0) {
      const since = noted === undefined ? '' : `, event ${noted.id} as it was noted`
      const sound = `${events} events unbroken${since}, ${tasks} tasks agree with them`
      return named(ok(`${sound}; head ${headId}:${headHash}`), report)
    }
    return named(fail(summaryOf(report), REMEDY), report)
  } catch (error) {
    const failure = storeFailureOf(error, databaseFile)
    if (failure === undefined) throw error
    return named(fail(failure.message, failure.remedy), null)
  }
}

function noDatabase(noted: NotedHead | undefined): Verdict {
  if (noted === undefined) return ok('there is no database yet')
  return fail(`there is no database, and so no event ${noted.id}`, REMEDY)
}

function named(verdict: Verdict, report: AuditReport | null): Audit {
  return { finding: { name: 'audit', ...verdict }, report }
}

function summaryOf({ problems, problemCount }: AuditReport): string {
  const [first] = problems
  const more = problemCount === 1 ? '' : ` (and ${problemCount - 1} more)`
  return `${first?.where}: ${first?.what}${more}`
}
