import { WorkspaceError } from '@sleepless/domain'

import { GitFailedError, type Git } from './git.ts'
import { withRefLocks } from './ref-lock.ts'

/** A commit with the tree it holds. */
export interface Tip {
  readonly commit: string
  readonly tree: string
}

/** What a reference points at, or all below a folder of them, by full name. */
export async function readReferences(
  git: Git,
  gitDir: string,
  name: string,
): Promise<ReadonlyMap<string, Tip>> {
  const format = '--format=%(refname) %(objectname) %(tree)'
  const output = await git.run(['for-each-ref', format, name], {
    cwd: gitDir,
    env: { GIT_DIR: gitDir },
  })
  const tips = new Map<string, Tip>()
  for (const line of output.split('\n')) {
    const [ref, commit, tree] = line.split(' ')
    if (ref === undefined || commit === undefined || tree === undefined) continue
    tips.set(ref, { commit, tree })
  }
  return tips
}

/** @returns undefined when there is no such branch. */
export async function branchTipOf(
  git: Git,
  gitDir: string,
  branch: string,
): Promise<string | undefined> {
  const name = `refs/heads/${branch}`
  return (await readReferences(git, gitDir, name)).get(name)?.commit
}

export interface ReferenceUpdate {
  readonly name: string
  readonly commit: string
  /** What it must point at now: a commit, `'nothing'`, or anything when absent. */
  readonly expected?: string
}

const NOTHING = '0'.repeat(40)
const MOVED = /but expected|reference already exists|unable to resolve reference/

/**
 * Moves all references or none.
 *
 * @throws {WorkspaceError} when one is not where it was expected.
 */
export async function updateReferences(
  git: Git,
  gitDir: string,
  updates: readonly ReferenceUpdate[],
): Promise<void> {
  const lines = updates.map(({ name, commit, expected }) => {
    const old = expected === 'nothing' ? NOTHING : expected
    return old === undefined ? `update ${name} ${commit}\n` : `update ${name} ${commit} ${old}\n`
  })
  try {
    await withRefLocks(gitDir, () =>
      git.run(['update-ref', '--stdin'], {
        cwd: gitDir,
        env: { GIT_DIR: gitDir },
        input: lines.join(''),
      }),
    )
  } catch (error) {
    if (!(error instanceof GitFailedError) || !MOVED.test(error.stderr)) throw error
    const names = updates.filter(({ expected }) => expected !== undefined).map(({ name }) => name)
    throw new WorkspaceError(
      `another attempt has moved ${names.join(', ')} since this workspace was opened; nothing was changed`,
    )
  }
}
