import { dirname } from 'node:path'

import { PushError, type ProjectBranch } from '@sleepless/domain'

import { isBranchName } from './branch-name.ts'
import type { Git } from './git.ts'
import { pushFailure } from './push-failure.ts'
import { summary } from './redact.ts'

/** The only ones that this program ever pushes. */
const OWN_BRANCHES = 'sleepless/'

export interface RemoteCommand {
  readonly git: Git
  /** An existing folder that nobody else writes to. */
  readonly cwd: string
  /** Configuration for the processes that serve a local remote. */
  readonly transportConfigFile: string
}

/** A branch as the remote has it. */
export interface RemoteState {
  /** Absent: it has no such branch. */
  readonly commit: string | undefined
  /** Whether the remote's HEAD names it: its default branch, or the one that it has checked out. */
  readonly isHead: boolean
}

/** @throws {PushError} */
export async function lookAtRemote(
  { git, cwd, transportConfigFile }: RemoteCommand,
  { project: { remote }, name }: ProjectBranch,
  signal: AbortSignal,
): Promise<RemoteState> {
  const reference = `refs/heads/${name}`
  try {
    const output = await git.run(['ls-remote', '--symref', '--', remote, 'HEAD', reference], {
      cwd,
      // No repository that happens to lie around the workspaces has a say.
      env: { GIT_CONFIG_GLOBAL: transportConfigFile, GIT_CEILING_DIRECTORIES: dirname(cwd) },
      signal,
    })
    const lines = output.split('\n').map((line) => line.split('\t'))
    return {
      commit: lines.find(([, found]) => found === reference)?.[0],
      isHead: lines.some(([target, found]) => found === 'HEAD' && target === `ref: ${reference}`),
    }
  } catch (error) {
    throw pushFailure(`${summary(remote)} could not be looked at`, error)
  }
}

/** @throws {PushError} for a branch that is not a task's own. */
export function checkOwnBranch({ project, name }: ProjectBranch): void {
  if (!name.startsWith(OWN_BRANCHES) || !isBranchName(name)) {
    throw new PushError(
      'PROTECTED_BRANCH',
      `${JSON.stringify(name)} is not a branch of a task: nothing else is ever pushed`,
    )
  }
  if (name === project.defaultBranch) throw protectedBranch(name, 'is the default branch')
}

export function protectedBranch(name: string, why: string): PushError {
  return new PushError('PROTECTED_BRANCH', `${name} ${why}: it is not pushed to`)
}
