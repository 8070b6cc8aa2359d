import type { AttemptId, TaskId } from '@sleepless/domain'

import { commitMessage } from './commit-message.ts'
import { EMPTY_TREE } from './exports.ts'
import type { Git } from './git.ts'
import { updateReferences, type Tip } from './references.ts'

/** An attempt's place in the host's repository. */
export interface HostRepository {
  readonly gitDir: string
  /** Without `refs/heads/`. */
  readonly branch: string
  /** What the work starts from; absent: an empty tree. */
  readonly base: Tip | undefined
  /** Where the branch pointed when the workspace was opened; absent: nowhere. */
  readonly branchTip: string | undefined
  /** What this attempt has kept already, when its workspace is opened again. */
  readonly kept?: KeptWork
}

export interface KeptWork {
  readonly commit: Tip | undefined
  readonly checkpoint: Tip | undefined
}

export interface RecorderOptions {
  readonly git: Git
  readonly repository: HostRepository
  readonly taskId: TaskId
  readonly attemptId: AttemptId
}

/** Makes commits of trees, and remembers what this attempt has kept so far. */
export interface Recorder {
  /** Whether a tree differs from this attempt's last commit or, before there is one, from the base. */
  isNew(tree: string): boolean
  /** @returns the hash of the commit, which the branch points at from now on. */
  commit(
    tree: string,
    message: { readonly subject: string; readonly body: string },
  ): Promise<string>
  /** @returns the hash of a commit that the branch knows nothing of. */
  checkpoint(tree: string): Promise<string>
  /** Full name of the reference to the last checkpoint. */
  readonly reference: string
}

export function createRecorder({ git, repository, taskId, attemptId }: RecorderOptions): Recorder {
  const { gitDir, branch, base } = repository
  let head = repository.kept?.commit ?? base
  let branchTip = repository.branchTip
  let checkpoint = repository.kept?.checkpoint

  const commitTree = (tree: string, subject: string, body: string): Promise<string> =>
    git.run(['commit-tree', tree, ...(head === undefined ? [] : ['-p', head.commit]), '-F', '-'], {
      cwd: gitDir,
      env: { GIT_DIR: gitDir },
      input: commitMessage({ subject, body, taskId, attemptId }),
    })

  return {
    reference: checkpointReference(attemptId),
    isNew: (tree) => tree !== (head?.tree ?? EMPTY_TREE),

    async commit(tree, { subject, body }) {
      const commit = await commitTree(tree, subject, body)
      await updateReferences(git, gitDir, [
        { name: `refs/heads/${branch}`, commit, expected: branchTip ?? 'nothing' },
        { name: commitReference(attemptId), commit },
      ])
      head = { commit, tree }
      branchTip = commit
      return commit
    },

    async checkpoint(tree) {
      if (checkpoint?.tree === tree) return checkpoint.commit
      const commit = await commitTree(tree, `Checkpoint of ${attemptId}`, '')
      await updateReferences(git, gitDir, [{ name: checkpointReference(attemptId), commit }])
      checkpoint = { commit, tree }
      return commit
    },
  }
}

export function commitReference(attempt: AttemptId): string {
  return `refs/sleepless/attempts/${attempt}`
}

export function checkpointReference(attempt: AttemptId): string {
  return `refs/sleepless/checkpoints/${attempt}`
}
