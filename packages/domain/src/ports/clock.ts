export interface Clock {
  /** Wall-clock time, for people and for instants that people name. */
  now(): Date
  /** Milliseconds since some fixed moment of this process; never goes back. */
  monotonicMs(): number
}
