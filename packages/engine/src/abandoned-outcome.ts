import type { AbandonedOutcome, Attempt, AttemptOutcome } from '@sleepless/domain'

/** Of an attempt whose worker can't say how it ended. One that was to stop anyway has used up no try. */
export function abandonedOutcome({
  stopRequestedAt,
}: Pick<Attempt, 'stopRequestedAt'>): AbandonedOutcome | AttemptOutcome {
  return { kind: stopRequestedAt === undefined ? 'lost' : 'interrupted' }
}
