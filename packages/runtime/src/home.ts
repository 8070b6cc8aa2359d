import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

import { StartupError } from './startup-error.ts'

/** Where a service keeps what it keeps. */
export interface Home {
  readonly path: string
  readonly databaseFile: string
  readonly workspacePath: string
  readonly resultsPath: string
  readonly logsPath: string
  readonly backupsPath: string
  readonly secretsPath: string
}

export const DEFAULT_HOME: string = path.join(homedir(), '.sleepless')

export function homeAt(directory: string): Home {
  // No shell has expanded what stands in .env or in a compose file.
  const root = path.resolve(directory.replace(/^~(?=\/|$)/, homedir()))
  return {
    path: root,
    databaseFile: path.join(root, 'tasks.db'),
    workspacePath: path.join(root, 'workspace'),
    resultsPath: path.join(root, 'results'),
    logsPath: path.join(root, 'logs'),
    backupsPath: path.join(root, 'backups'),
    secretsPath: path.join(root, 'secrets'),
  }
}

/**
 * Makes the directories of a home, readable by their owner only.
 *
 * @throws {StartupError} when they cannot be made or written to.
 */
export function ensureHome(home: Home): void {
  try {
    for (const directory of Object.values(home)) {
      if (directory !== home.databaseFile) mkdirSync(directory, { recursive: true, mode: 0o700 })
    }
    accessSync(home.path, constants.W_OK)
  } catch (error) {
    throw new StartupError(
      `The home ${home.path} cannot be written to.`,
      'Make it writable, or set SLEEPLESS_HOME to a directory that is.',
      { cause: error },
    )
  }
}
