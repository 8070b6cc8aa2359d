import { waitFor, type SharedGate } from './gate.ts'

/** Somebody has paused the service. */
export const paused: SharedGate = (_task, { pause }) => {
  if (pause === undefined) return undefined
  const reason = pause.reason === undefined ? '' : ` (${pause.reason})`
  return waitFor(
    'paused',
    `Paused since ${pause.since.toISOString()}${reason}. Resume with POST /v1/resume.`,
  )
}
