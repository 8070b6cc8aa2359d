import { acknowledged } from './acknowledged.ts'
import { commits } from './commits.ts'
import { effects } from './effects.ts'
import { endings } from './endings.ts'
import { eventLog } from './event-log.ts'
import type { Check, Evidence, Violation } from './evidence.ts'
import { expected } from './expected.ts'
import { keptWork } from './kept-work.ts'
import { ledger } from './ledger.ts'
import { leftovers } from './leftovers.ts'
import { messages } from './messages.ts'
import { noEnd } from './no-end.ts'
import { pushes } from './pushes.ts'
import { staleWrites } from './stale-writes.ts'

const CHECKS: readonly Check[] = [
  acknowledged,
  endings,
  staleWrites,
  eventLog,
  effects,
  messages,
  commits,
  pushes,
  ledger,
  keptWork,
  leftovers,
  noEnd,
]

/** Whatever the evidence of one run shows to be broken. */
export function check(evidence: Evidence, tolerated: ReadonlySet<string>): readonly Violation[] {
  return [...CHECKS, expected(tolerated)].flatMap((one) => one(evidence))
}
