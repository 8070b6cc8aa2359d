import type { Home } from '@sleepless/runtime'

import type { CliContext } from '../cli-context.ts'
import type { DoctorConfig } from './doctor-config.ts'

/** What one check has found. Public: `doctor --json` prints it. */
export interface Finding {
  readonly name: string
  /** `warn`: works, though not as well as it could. `fail`: something does not work. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What to do, as a sentence; null when nothing needs to be done. */
  readonly remedy: string | null
}

export interface DoctorFacts {
  readonly context: CliContext
  readonly config: DoctorConfig
  readonly home: Home
  /** Where the service is, or would be. */
  readonly url: string
}

export interface Check {
  readonly name: string
  look(facts: DoctorFacts): Promise<Verdict>
}
export type Verdict = Omit<Finding, 'name'>

export function ok(detail: string): Verdict {
  return { status: 'ok', detail, remedy: null }
}

export function warn(detail: string, remedy: string): Verdict {
  return { status: 'warn', detail, remedy }
}

export function fail(detail: string, remedy: string): Verdict {
  return { status: 'fail', detail, remedy }
}
