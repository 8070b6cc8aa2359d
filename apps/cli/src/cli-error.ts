import type { ExitCode } from './exit-codes.ts'

export interface CliErrorOptions extends ErrorOptions {
  readonly exitCode: ExitCode
  /** What to do about it, as a sentence. */
  readonly remedy: string
}

/** The command cannot go on, and knows what the person can do about it. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  readonly remedy: string

  /** @param message one line, without a full stop at the end. */
  constructor(message: string, { exitCode, remedy, ...options }: CliErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
    this.remedy = remedy
  }
}
