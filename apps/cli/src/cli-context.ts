import type { Readable, Writable } from 'node:stream'

import type { Environment } from '@sleepless/runtime'

export type InputStream = Readable & { readonly isTTY?: boolean }
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Everything that a command knows of the process it runs in. */
export interface CliContext {
  readonly env: Environment
  readonly cwd: string
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /**
   * Aborted by Ctrl-C or SIGTERM. Only a command that reads it takes these signals over: for the
   * others they end the process at once.
   */
  readonly signal: AbortSignal
  /** Aborted by the second signal. Only for a command that reads it; for the others it ends the process. */
  readonly hurry?: AbortSignal
}
