import { FINAL, type SeenEvent } from '../check/evidence.ts'

export interface RecoveryInput {
  readonly heard: readonly SeenEvent[]
  readonly faultBeganMs: number
  readonly faultEndedMs: number
  /** A task that was submitted when the fault had ended. */
  readonly probeTaskId: string
}

const GIVEN_UP = new Set(['lost', 'interrupted', 'expired'])

/**
 * How long after the end of the fault all went on: until the probe runs, and until every task whose
 * attempt was given up because of the fault runs again or has ended.
 *
 * @returns milliseconds; undefined when it never did.
 */
export function recoveryMs(input: RecoveryInput): number | undefined {
  const { heard, faultBeganMs, faultEndedMs, probeTaskId } = input
  const moments = [whenGoingOn(heard, probeTaskId, 0)]
  for (const event of heard) {
    if (event.heardMs < faultBeganMs || event.taskId === null) continue
    if (event.type !== 'attempt.finished' && event.type !== 'attempt.expired') continue
    const status = event.type === 'attempt.expired' ? 'expired' : String(event.data['status'])
    if (GIVEN_UP.has(status)) moments.push(whenGoingOn(heard, event.taskId, event.id))
  }
  const known = moments.filter((moment) => moment !== undefined)
  if (known.length < moments.length) return undefined
  return Math.max(0, Math.max(...known) - faultEndedMs)
}

function whenGoingOn(
  heard: readonly SeenEvent[],
  taskId: string,
  afterId: number,
): number | undefined {
  const next = heard.find(
    (event) =>
      event.taskId === taskId &&
      event.id > afterId &&
      (event.type === 'attempt.claimed' || FINAL.has(event.type.slice('task.'.length))),
  )
  return next?.heardMs
}
