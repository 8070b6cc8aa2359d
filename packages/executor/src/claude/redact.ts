import type { AgentEvent, AgentOutcome } from '@sleepless/domain'

const SHORTEST_SECRET = 8
const REDACTED = '[redacted]'

/** Takes one secret out of what an agent says: its tools see it in their environment. */
export interface Redactor {
  event(event: AgentEvent): AgentEvent
  outcome(outcome: AgentOutcome): AgentOutcome
}

export function createRedactor(secret: string): Redactor {
  // A shorter one would be no secret, and tear holes into ordinary words.
  const redact = (text: string): string =>
    secret.length < SHORTEST_SECRET ? text : text.replaceAll(secret, REDACTED)
  return {
    event(event) {
      switch (event.type) {
        case 'output':
          return { ...event, text: redact(event.text) }
        case 'acted':
          return { ...event, action: redact(event.action) }
        case 'warned':
          return { ...event, message: redact(event.message) }
        case 'heard':
        case 'started':
        case 'ready':
          return event
      }
    },
    outcome(outcome) {
      switch (outcome.kind) {
        case 'succeeded':
          return {
            ...outcome,
            answer: redact(outcome.answer),
            warnings: outcome.warnings.map(redact),
          }
        case 'failed': {
          const { code, message } = outcome.failure
          return { ...outcome, failure: { code, message: redact(message) } }
        }
        case 'stopped':
          return outcome
      }
    },
  }
}
