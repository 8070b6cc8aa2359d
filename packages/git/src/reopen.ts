import { readdir } from 'node:fs/promises'

import {
  attemptId,
  WorkspaceError,
  type AttemptId,
  type Salvage,
  type Workspace,
} from '@sleepless/domain'

import { failure } from './failure.ts'
import type { HostGit } from './host-git.ts'
import { isThere } from './is-there.ts'
import { readManifest, type Manifest } from './manifest.ts'
import { checkpointReference, commitReference, type HostRepository } from './recorder.ts'
import { branchTipOf, readReferences } from './references.ts'
import { removeTree } from './remove-tree.ts'
import { workspaceOf } from './workspace-of.ts'
import type { AttemptPaths } from './workspace-root.ts'

/** See `Workspaces.reopen`. */
export async function reopenWorkspace(
  host: HostGit,
  attempt: AttemptId,
): Promise<Workspace | undefined> {
  const paths = host.root.attemptPaths(attemptId(attempt))
  try {
    if (!(await isThere(paths.folder))) return undefined
    const manifest = await readManifest(paths.manifest)
    if (manifest !== undefined && (await isReady(paths, manifest))) {
      return await openAgain(host, { attempt, paths, manifest })
    }
    if (manifest === undefined && (await holdsFiles(paths))) {
      throw new WorkspaceError('nothing tells which repository its work belongs to')
    }
    await removeTree(paths.folder)
    return undefined
  } catch (error) {
    throw failure(`the workspace at ${paths.folder} could not be opened again`, error)
  }
}

/** See `Workspaces.salvage`. */
export async function salvageWorkspace(
  host: HostGit,
  attempt: AttemptId,
): Promise<Salvage | undefined> {
  const workspace = await reopenWorkspace(host, attempt)
  if (workspace === undefined) return undefined
  const checkpoint = await workspace.checkpoint()
  await workspace[Symbol.asyncDispose]()
  return { checkpoint }
}

/** Whether an agent may have been at work in it. Otherwise it was being made, or being removed. */
async function isReady({ tree, baseIndex }: AttemptPaths, { base }: Manifest): Promise<boolean> {
  return (await isThere(tree)) && (base === undefined || (await isThere(baseIndex)))
}

/** Whether there is more in the work tree than the repository that it begins with. */
async function holdsFiles({ tree, scratchMark }: AttemptPaths): Promise<boolean> {
  if (!(await isThere(tree)) || (await isThere(scratchMark))) return false
  const names = await readdir(tree)
  return names.some((name) => name !== '.git')
}

interface Reopening {
  readonly attempt: AttemptId
  readonly paths: AttemptPaths
  readonly manifest: Manifest
}

async function openAgain(
  host: HostGit,
  { attempt, paths, manifest }: Reopening,
): Promise<Workspace> {
  const { git, root } = host
  const { taskId, project, branch, base } = manifest
  const gitDir = project === undefined ? root.thoughtPath(taskId) : root.mirrorPath(project)
  const at = async (name: string) => (await readReferences(git, gitDir, name)).get(name)
  const branchTip = await branchTipOf(git, gitDir, branch)
  const kept = {
    commit: await at(commitReference(attempt)),
    checkpoint: await at(checkpointReference(attempt)),
  }
  const repository: HostRepository = { gitDir, branch, base, branchTip, kept }
  return workspaceOf(host, { taskId, attemptId: attempt, paths, repository })
}
