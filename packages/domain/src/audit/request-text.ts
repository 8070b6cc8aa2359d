const FIELDS = [
  'prompt',
  'labels',
  'model',
  'timeoutMs',
  'budgetMicroUsd',
  'metadata',
  'deadline',
  'onDependencyFailure',
  'parent',
] as const

/** What was asked for, never changes, and is no field of an event. What is absent may be null. */
export interface Request extends Readonly<Record<(typeof FIELDS)[number], unknown>> {
  /** Milliseconds since 1970. */
  readonly deadline: number | null | undefined
}

/** A request as a text to hash, in which no two look alike. It is part of the log: see docs/events.md. */
export function requestText(request: Request): string {
  return JSON.stringify(FIELDS.map((field) => request[field]))
}
