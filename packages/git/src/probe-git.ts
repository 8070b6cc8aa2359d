import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { gitEnvironment } from './git-environment.ts'
import { createGit } from './git.ts'

const DEADLINE_MS = 10_000

export interface ProbeGitOptions {
  /** Default: `git`, found on `PATH`. */
  readonly gitBinary?: string
  /** Where `PATH` is taken from. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** `missing` says, in a sentence, why there is no git. */
export type GitProbe = { readonly version: string } | { readonly missing: string }

/** Whether this host has a git that runs, and which. */
export async function probeGit(options: ProbeGitOptions = {}): Promise<GitProbe> {
  const { gitBinary = 'git', env = {} } = options
  const homePath = await mkdtemp(join(tmpdir(), 'sleepless-git-'))
  try {
    const author = { name: 'Sleepless', email: 'sleepless@localhost' }
    const git = createGit({
      binary: gitBinary,
      env: gitEnvironment({ env, homePath, author }),
      deadlineMs: DEADLINE_MS,
    })
    const output = await git.run(['--version'], { cwd: homePath })
    const version = /\d+(?:\.\d+)+/.exec(output)?.[0]
    return version === undefined ? { missing: `${gitBinary} is not git` } : { version }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  } finally {
    await rm(homePath, { recursive: true, force: true })
  }
}
