import type { AgentEvent, AgentOutcome } from '@sleepless/domain'

/** Takes secrets out of what an agent says: it can read whatever the worker's user can. */
export interface Redactor {
  event(event: AgentEvent): AgentEvent
  outcome(outcome: AgentOutcome): AgentOutcome
}

export function createRedactor(redact: (text: string) => string): Redactor {
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
        case 'used':
        case 'at-rest':
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
        case 'unresumable':
          return { ...outcome, message: redact(outcome.message) }
        case 'stopped':
          return outcome
      }
    },
  }
}
