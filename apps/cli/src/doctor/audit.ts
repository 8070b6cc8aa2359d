import { existsSync } from 'node:fs'

import { auditDatabase, storeFailureOf, type AuditReport } from '@sleepless/storage'

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

/** Reads the whole event log, and holds the tables against it. Changes nothing; takes its time. */
export function audit(context: CliContext): Audit {
  const { databaseFile } = homeOf(context)
  if (!existsSync(databaseFile)) return named(ok('there is no database yet'), null)
  try {
    using progress = createProgressLine(context)
    const report = auditDatabase(databaseFile, { states: true, onProgress: progress.show })
    const { events, tasks, problemCount, headId, headHash } = report
    if (problemCount === 0) {
      const head = events === 0 ? '' : `; event ${headId} is ${headHash}`
      return named(ok(`${events} events unbroken, ${tasks} tasks agree with them${head}`), report)
    }
    return named(fail(summaryOf(report), REMEDY), report)
  } catch (error) {
    const failure = storeFailureOf(error, databaseFile)
    if (failure === undefined) throw error
    return named(fail(failure.message, failure.remedy), null)
  }
}

function named(verdict: Verdict, report: AuditReport | null): Audit {
  return { finding: { name: 'audit', ...verdict }, report }
}

function summaryOf({ problems, problemCount }: AuditReport): string {
  const [first] = problems
  const more = problemCount === 1 ? '' : ` (and ${problemCount - 1} more)`
  return `${first?.where}: ${first?.what}${more}`
}
