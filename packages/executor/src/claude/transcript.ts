import type { ResultMessage, StreamMessage } from './stream-message.ts'
import { createToolCalls } from './tool-calls.ts'

/** What the messages of a run amount to. */
export interface Transcript {
  /** The last one: an agent that was woken by a background task gives several. */
  readonly result: ResultMessage | undefined
  /** Whether that result is the last word: nothing has happened since, and no subagent is at work. */
  readonly concluded: boolean
  /** Why the model API failed last. */
  readonly apiError: string | undefined
  /** Whether it has begun: an agent that can't go on with a session ends before. */
  readonly isReady: boolean
  /** How many messages of kinds that are not used, or not known. */
  readonly ignored: number
  /** Names of tools that were called although the agent has none of that name. */
  readonly missingTools: readonly string[]
}

export interface TranscriptRecorder {
  readonly transcript: Transcript
  add(message: StreamMessage): void
}

type Facts = Omit<Transcript, 'missingTools'> & { readonly backgroundAgents: number }

const NO_FACTS: Facts = {
  isReady: false,
  result: undefined,
  concluded: false,
  apiError: undefined,
  ignored: 0,
  backgroundAgents: 0,
}

function factsAfter(facts: Facts, message: StreamMessage): Facts {
  switch (message.type) {
    case 'init':
      return { ...facts, concluded: false, isReady: true }
    case 'user':
      return { ...facts, concluded: false }
    case 'assistant':
      return {
        ...facts,
        concluded: false,
        apiError: message.nested ? facts.apiError : message.error,
      }
    case 'result':
      return { ...facts, concluded: true, result: message }
    case 'background':
      return { ...facts, backgroundAgents: message.agents }
    case 'ignored':
    case 'unknown':
      return { ...facts, ignored: facts.ignored + 1 }
    case 'taken-up':
    case 'mirror':
    case 'mirror-cut':
    case 'control-answer':
    case 'retry':
    case 'broken':
      return facts
  }
}

export function createTranscriptRecorder(): TranscriptRecorder {
  const calls = createToolCalls()
  let facts = NO_FACTS
  return {
    get transcript() {
      const { backgroundAgents, ...rest } = facts
      const concluded = rest.concluded && backgroundAgents === 0
      return { ...rest, concluded, missingTools: calls.missing }
    },
    add(message) {
      facts = factsAfter(facts, message)
      calls.add(message)
    },
  }
}
