import {
  attemptId,
  taskId,
  type EarlierWork,
  type Workspace,
  type WorkspaceRequest,
} from '@sleepless/domain'

import { cloneAgentRepository, initAgentRepository } from './agent-repository.ts'
import { inNewFolder } from './attempt-folder.ts'
import { ensureBareRepository } from './bare-repository.ts'
import { isBranchName } from './branch-name.ts'
import { hasBase, takeInBundle, tipOf } from './earlier-commit.ts'
import type { HostGit } from './host-git.ts'
import { copyIndex } from './index-copy.ts'
import { writeManifest } from './manifest.ts'
import { checkProjectName } from './project-name.ts'
import type { HostRepository } from './recorder.ts'
import { branchTipOf, readReferences, type Tip } from './references.ts'
import { removeTree } from './remove-tree.ts'
import { workspaceOf } from './workspace-of.ts'
import type { AttemptPaths } from './workspace-root.ts'

export interface Restoring {
  readonly request: WorkspaceRequest
  readonly earlier: EarlierWork
  readonly signal: AbortSignal
}

interface Place extends Restoring {
  readonly paths: AttemptPaths
  readonly gitDir: string
}

/** See `Workspaces.restore`. */
export async function restoreWorkspace(
  host: HostGit,
  restoring: Restoring,
): Promise<Workspace | undefined> {
  const { request } = restoring
  const { project } = request
  const ids = { taskId: taskId(request.taskId), attemptId: attemptId(request.attemptId) }
  return inNewFolder(host.root, ids.attemptId, async (paths) => {
    const gitDir =
      project === undefined
        ? host.root.thoughtPath(ids.taskId)
        : host.root.mirrorPath(checkProjectName(project.name))
    const repository = await openRepository(host, { ...restoring, paths, gitDir })
    if (repository !== undefined) return workspaceOf(host, { ...ids, paths, repository })
    await removeTree(paths.folder)
    return undefined
  })
}

async function openRepository(host: HostGit, place: Place): Promise<HostRepository | undefined> {
  const { git, author } = host
  const { request, earlier, paths, gitDir, signal } = place
  const { branch, isFinished } = earlier
  if (!isBranchName(branch)) return undefined
  const defaultBranch = await prepareHost(host, place)
  const work = await readEarlier(host, place)
  if (work === undefined) return undefined
  const { files } = work
  const base = isFinished && request.project !== undefined ? files : work.base

  await writeManifest(paths.manifest, {
    taskId: request.taskId,
    project: request.project?.name,
    branch,
    base,
  })
  const agent = { git, paths, author, branch, signal }
  if (base === undefined) await initAgentRepository(agent)
  else await cloneAgentRepository(agent, { mirror: gitDir, defaultBranch, base })
  if (files !== undefined && files.tree !== base?.tree) await layOver(host, place, { base, files })
  const branchTip = await branchTipOf(git, gitDir, branch)
  return { gitDir, branch, base, branchTip }
}

/** @returns the default branch of the project. */
async function prepareHost(host: HostGit, place: Place): Promise<string> {
  const { git, mirrors } = host
  const { request, paths, gitDir, signal } = place
  if (request.project === undefined) {
    await ensureBareRepository(git, { gitDir, staging: paths.staging }, signal)
    return ''
  }
  const { remote, defaultBranch } = request.project
  const fetched = { gitDir, staging: paths.staging, remote, defaultBranch }
  return (await mirrors.fetch(fetched, signal)).defaultBranch
}

interface EarlierTips {
  readonly base: Tip | undefined
  /** Absent: those of the base. */
  readonly files: Tip | undefined
}

/** @returns undefined when not all of it is to be had. */
async function readEarlier({ git }: HostGit, place: Place): Promise<EarlierTips | undefined> {
  const { request, earlier, paths, gitDir, signal } = place
  const { commit, isFinished, branch } = earlier
  if (!(await hasBase(git, gitDir, earlier.base))) return undefined
  // Merged and gone, as a rule: what it held is in the default branch.
  if (isFinished && request.project !== undefined) {
    const name = `refs/remotes/origin/${branch}`
    if (!(await readReferences(git, gitDir, name)).has(name)) return undefined
  }
  const base = earlier.base === undefined ? undefined : await tipOf(git, gitDir, earlier.base)
  if (commit === undefined) return { base, files: base }
  const kept = `refs/sleepless/resumed/${request.attemptId}`
  const taken = { gitDir, commit, kept, file: paths.workBundle, bundle: earlier.bundle, signal }
  if (!(await takeInBundle(git, taken))) return undefined
  return { base, files: await tipOf(git, gitDir, commit) }
}

/** Makes the files in the work tree those of a commit; to the agent's repository they are uncommitted. */
async function layOver(
  { git }: HostGit,
  { paths, gitDir, signal }: Place,
  { base, files }: { readonly base: Tip | undefined; readonly files: Tip },
): Promise<void> {
  // An index of its own: the agent's and the host's still say what the base is.
  const index = `${paths.index}.restored`
  if (base !== undefined) await copyIndex(paths.baseIndex, index)
  await git.run(['read-tree', '-u', '--reset', files.tree], {
    cwd: paths.folder,
    env: { GIT_DIR: gitDir, GIT_WORK_TREE: paths.tree, GIT_INDEX_FILE: index },
    signal,
  })
}
