import type { Branches } from '@sleepless/domain'

import { failure } from './failure.ts'
import { createHostGit, type WorkspacesOptions } from './host-git.ts'
import { checkProjectName } from './project-name.ts'
import { pushBranch } from './push-branch.ts'
import { receiveCommit } from './receive-commit.ts'
import { checkOwnBranch, lookAtRemote } from './remote-branch.ts'

/** Branches of the projects whose repositories are below the same root as the workspaces. */
export function createBranches(options: WorkspacesOptions): Branches {
  const host = createHostGit(options)
  const { git, root, fetchDeadlineMs } = host
  const { homePath: cwd, transportConfigFile } = root
  const remoteCommand = { git, cwd, transportConfigFile }
  const mirrorOf = (project: string): string => root.mirrorPath(checkProjectName(project))

  return {
    onRemote: (branch, signal) =>
      inTerms('the remote could not be looked at', async () => {
        checkOwnBranch(branch)
        await root.prepare()
        return (await lookAtRemote(remoteCommand, branch, signal)).commit
      }),
    push: (branch, push, signal) =>
      inTerms('the branch could not be pushed', async () => {
        await root.prepare()
        const gitDir = mirrorOf(branch.project.name)
        const command = { ...remoteCommand, gitDir, deadlineMs: fetchDeadlineMs }
        await pushBranch(command, branch, push, signal)
      }),
    receive: (branch, received, signal) =>
      inTerms('the commit could not be brought here', async () => {
        checkOwnBranch(branch)
        const gitDir = mirrorOf(branch.project.name)
        return receiveCommit(host, { gitDir, branch, received, signal })
      }),
  }
}

/** What goes wrong becomes one of the domain's errors. */
async function inTerms<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failure(what, error)
  }
}
