/** The process cannot start, or go on, until somebody changes something: one line, and no stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  readonly code = 'CANNOT_START'

  /** @param remedy what to do about it, as a sentence. */
  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options)
  }
}
