import { readDotenvFile, type Environment } from '@sleepless/runtime/connection'

import type { CliContext } from '../cli-context.ts'

export interface MergedEnvironment {
  readonly values: Environment
  /** Set when others may read `.env`. */
  readonly warning: string | undefined
}

/** The environment, with what it does not set taken from `.env` in the working directory. */
export function readEnvironment({ env, cwd }: CliContext): MergedEnvironment {
  const dotenv = readDotenvFile(cwd)
  return { values: { ...dotenv.values, ...env }, warning: dotenv.warning }
}
