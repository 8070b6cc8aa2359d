import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Author } from './git-environment.ts'
import type { Git } from './git.ts'
import { copyIndex } from './index-copy.ts'
import type { Tip } from './references.ts'
import type { AttemptPaths } from './workspace-root.ts'

export interface AgentRepositoryOptions {
  readonly git: Git
  readonly paths: AttemptPaths
  readonly author: Author
  /** The branch that the agent finds itself on. */
  readonly branch: string
  readonly signal: AbortSignal
}

/** What a serious task starts from. */
export interface AgentBase {
  readonly mirror: string
  readonly defaultBranch: string
  readonly base: Tip
}

/**
 * Makes `tree` with a repository of the agent's own: no hooks, no remote, and an author, so that its
 * commits work. The host trusts it only until the agent has started.
 */
export async function initAgentRepository(options: AgentRepositoryOptions): Promise<void> {
  const { git, paths, author, branch, signal } = options
  await git.run(['init', '--template=', `--initial-branch=${branch}`, paths.tree], {
    cwd: paths.folder,
    signal,
  })
  await appendFile(
    join(paths.tree, '.git', 'config'),
    `[user]\n\tname = ${quoted(author.name)}\n\temail = ${quoted(author.email)}\n`,
  )
}

/** The same with the files of `base` in it. Objects are borrowed from the mirror, not copied. */
export async function cloneAgentRepository(
  options: AgentRepositoryOptions,
  { mirror, defaultBranch, base }: AgentBase,
): Promise<void> {
  await initAgentRepository(options)
  const { git, paths, branch, signal } = options
  const gitDir = join(paths.tree, '.git')
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true })
  await writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${join(mirror, 'objects')}\n`)

  const command = { cwd: paths.tree, env: { GIT_DIR: gitDir, GIT_WORK_TREE: paths.tree }, signal }
  const references = [`refs/remotes/origin/${defaultBranch}`, `refs/heads/${branch}`]
  await git.run(['update-ref', '--stdin'], {
    ...command,
    input: references.map((name) => `create ${name} ${base.commit}\n`).join(''),
  })
  await git.run(['reset', '--hard', '--quiet'], command)
  // Knows the size and time of each file, which spares the host from reading them all again.
  // Renamed to its place, for it tells that the checkout is complete.
  const draft = `${paths.baseIndex}.new`
  await copyIndex(join(gitDir, 'index'), draft)
  await rename(draft, paths.baseIndex)
}

function quoted(value: string): string {
  const plain = value.replace(/\p{Cc}/gu, '')
  return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
