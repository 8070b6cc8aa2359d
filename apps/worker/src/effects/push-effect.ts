import type { Branches, ProjectBranch } from '@sleepless/domain'

import type { EarlierEffect, Effect } from './perform-effect.ts'

export interface PushedCommit {
  readonly branch: ProjectBranch
  /** 40 hex digits; in this host's repository of the project. */
  readonly commit: string
}

/** The push of a task's branch to the remote of its project. */
export function pushEffect(
  branches: Branches,
  { branch, commit }: PushedCommit,
  signal: AbortSignal,
): Effect {
  const { project, name } = branch
  // Neither a project's name nor a branch's can have a colon in it.
  const series = `push:${project.name}:${name}:`
  const result = { commit, branch: name }
  return {
    key: series + commit,
    kind: 'git.push',
    series,
    intent: { project: project.name, branch: name, commit },
    probe: async () => ((await branches.onRemote(branch, signal)) === commit ? result : undefined),
    async act(earlier) {
      await branches.push(branch, { commit, expected: expectedOnRemote(earlier) }, signal)
      return result
    },
  }
}

/**
 * Where the remote may have the branch: where the last push that was completed put it, or one that was
 * begun after that and may have been done; nowhere, when none was completed.
 */
export function expectedOnRemote(
  earlier: readonly EarlierEffect[],
): readonly (string | undefined)[] {
  const lastCompleted = earlier.findLastIndex(({ isCompleted }) => isCompleted)
  const commits = earlier.map(({ intent: { commit } }) =>
    typeof commit === 'string' ? commit : undefined,
  )
  return lastCompleted === -1 ? [undefined, ...commits] : commits.slice(lastCompleted)
}
