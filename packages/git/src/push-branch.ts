import { PushError, type BranchPush, type ProjectBranch } from '@sleepless/domain'

import { isMoved, pushFailure } from './push-failure.ts'
import { summary } from './redact.ts'
import {
  checkOwnBranch,
  lookAtRemote,
  protectedBranch,
  type RemoteCommand,
} from './remote-branch.ts'

// A branch that moves more often is not ours alone.
const MAX_ROUNDS = 3

export interface PushCommand extends RemoteCommand {
  /** The host's repository, which holds the commit. */
  readonly gitDir: string
  readonly deadlineMs: number
}

/** See `Branches.push`. */
export async function pushBranch(
  command: PushCommand,
  branch: ProjectBranch,
  { commit, expected }: BranchPush,
  signal: AbortSignal,
): Promise<void> {
  checkOwnBranch(branch)
  const { name, project } = branch
  for (let round = 1; ; round += 1) {
    const { commit: found, isHead } = await lookAtRemote(command, branch, signal)
    if (found === commit) return
    if (isHead) throw protectedBranch(name, `is what the HEAD of ${summary(project.remote)} names`)
    if (!expected.includes(found) || round > MAX_ROUNDS) throw conflict(branch, found)
    const lease = { name, commit, found }
    if (await pushOnce(command, project.remote, lease, signal)) return
  }
}

interface LeasedPush {
  readonly name: string
  readonly commit: string
  /** Where the branch was seen last; absent: nowhere. */
  readonly found: string | undefined
}

/** @returns false when the branch has moved since it was seen. */
async function pushOnce(
  { git, cwd, gitDir, deadlineMs, transportConfigFile }: PushCommand,
  remote: string,
  { name, commit, found }: LeasedPush,
  signal: AbortSignal,
): Promise<boolean> {
  const reference = `refs/heads/${name}`
  const flags = ['--no-verify', '--no-follow-tags', '--recurse-submodules=no', '--signed=no']
  // Without a commit it says that the remote must not have the branch.
  const lease = `--force-with-lease=${reference}:${found ?? ''}`
  try {
    await git.run(['push', ...flags, lease, '--', remote, `${commit}:${reference}`], {
      cwd,
      env: { GIT_DIR: gitDir, GIT_CONFIG_GLOBAL: transportConfigFile },
      deadlineMs,
      signal,
    })
    return true
  } catch (error) {
    if (isMoved(error)) return false
    throw pushFailure(`${name} could not be pushed to ${summary(remote)}`, error)
  }
}

function conflict({ name, project }: ProjectBranch, found: string | undefined): PushError {
  const place = found === undefined ? 'is gone from' : `is at ${found} on`
  return new PushError(
    'GIT_CONFLICT',
    `${name} ${place} ${summary(project.remote)}, where nothing of this task has put it; nothing was overwritten`,
  )
}
