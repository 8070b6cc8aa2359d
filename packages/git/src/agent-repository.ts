import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { bothDone } from './failure.ts'
import type { Author } from './git-environment.ts'
import type { Git, GitCommand } from './git.ts'
import { copyIndex } from './index-copy.ts'
import type { Tip } from './references.ts'
import type { AttemptPaths } from './workspace-root.ts'

export interface AgentRepositoryOptions {
  readonly git: Git
  readonly paths: ClonePaths
  readonly author: Author
  /** The branch that the agent finds itself on. */
  readonly branch: string
  readonly signal: AbortSignal
}

export type ClonePaths = Pick<AttemptPaths, 'folder' | 'tree' | 'baseIndex'>

/** What a serious task starts from. */
export interface AgentBase {
  readonly mirror: string
  /** Absent: the clone does not name it yet. */
  readonly defaultBranch?: string
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
  const { git, paths, branch } = options
  const gitDir = join(paths.tree, '.git')
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true })
  await writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${join(mirror, 'objects')}\n`)

  const remote = defaultBranch === undefined ? [] : [remoteReference(defaultBranch)]
  const references = [...remote, `refs/heads/${branch}`]
  await git.run(['update-ref', '--stdin'], {
    ...commandIn(options),
    input: references.map((name) => `create ${name} ${base.commit}\n`).join(''),
  })
  await checkOut(options, base)
}

/** Makes the files those of `base`, and moves the branch there. */
export async function checkOut(options: AgentRepositoryOptions, base: Tip): Promise<void> {
  const { git, paths } = options
  await git.run(['reset', '--hard', '--quiet', base.commit], commandIn(options))
  // Knows the size and time of each file, which spares the host from reading them all again.
  // Renamed to its place, for it tells that the checkout is complete.
  const draft = `${paths.baseIndex}.new`
  await copyIndex(join(paths.tree, '.git', 'index'), draft)
  await rename(draft, paths.baseIndex)
}

/** Gives a clone that has no default branch yet the one of `from`, and its own branch another name. */
export async function renameBranches(
  options: AgentRepositoryOptions,
  { defaultBranch, base, before }: Required<AgentBase> & { readonly before: string },
): Promise<void> {
  const { git, branch } = options
  const command = commandIn(options)
  const input = `create ${remoteReference(defaultBranch)} ${base.commit}\n`
  await bothDone(
    git.run(['update-ref', '--stdin'], { ...command, input }),
    git.run(['branch', '-m', before, branch], command),
  )
}

function remoteReference(defaultBranch: string): string {
  return `refs/remotes/origin/${defaultBranch}`
}

function commandIn({ paths: { tree }, signal }: AgentRepositoryOptions): GitCommand {
  return { cwd: tree, env: { GIT_DIR: join(tree, '.git'), GIT_WORK_TREE: tree }, signal }
}

function quoted(value: string): string {
  const plain = value.replace(/\p{Cc}/gu, '')
  return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
