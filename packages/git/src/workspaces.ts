import {
  attemptId,
  taskId,
  type Workspace,
  type WorkspaceRequest,
  type Workspaces,
} from '@sleepless/domain'

import { initAgentRepository } from './agent-repository.ts'
import { inNewFolder } from './attempt-folder.ts'
import { ensureBareRepository } from './bare-repository.ts'
import { taskBranch } from './branch-name.ts'
import { bothDone, createTries, failure } from './failure.ts'
import { createHostGit, type HostGit, type WorkspacesOptions } from './host-git.ts'
import { listAttempts } from './list-attempts.ts'
import { writeManifest } from './manifest.ts'
import { checkProjectName } from './project-name.ts'
import type { HostRepository } from './recorder.ts'
import { branchTipOf } from './references.ts'
import { reopenWorkspace, salvageWorkspace } from './reopen.ts'
import { restoreWorkspace } from './restore.ts'
import { openScratch } from './scratch.ts'
import { workspaceOf } from './workspace-of.ts'
import type { AttemptPaths } from './workspace-root.ts'

const THOUGHT_BRANCH = 'main'

interface Opening {
  readonly request: WorkspaceRequest
  readonly paths: AttemptPaths
  readonly signal: AbortSignal
}

/**
 * Workspaces on this host's disk. The signal given to `open` ends opening alone: commits and checkpoints
 * of a canceled attempt are still wanted, and have their own deadlines.
 */
export function createWorkspaces(options: WorkspacesOptions): Workspaces {
  const host = createHostGit(options)
  return {
    open: (request, signal) =>
      openWorkspace(host, request, signal).catch((error: unknown) => {
        throw failure('the workspace could not be prepared', error)
      }),
    restore: (request, earlier, signal) =>
      restoreWorkspace(host, { request, earlier, signal }).catch((error: unknown) => {
        throw failure('the workspace could not be restored', error)
      }),
    openScratch: (attempt) =>
      openScratch(host.root, attemptId(attempt)).catch((error: unknown) => {
        throw failure('the directory for the attempt could not be made', error)
      }),
    list: () => listAttempts(host.root.tasksPath),
    reopen: (attempt) => reopenWorkspace(host, attempt),
    salvage: (attempt) => salvageWorkspace(host, attempt),
    tidy: (isShort, signal) =>
      tidy(host, isShort, signal).catch((error: unknown) => {
        throw failure('not all could be removed that is not needed any more', error)
      }),
    stockUp: (signal) =>
      host.spares.stockUp(signal).catch((error: unknown) => {
        throw failure('no clone could be prepared', error)
      }),
  }
}

async function tidy(
  { root, kept, spares }: HostGit,
  isShort: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  await root.prepare()
  const tries = createTries()
  await tries.add(kept.tidy(isShort, signal))
  await tries.add(spares.tidy(isShort, signal))
  tries.throwFirst()
}

async function openWorkspace(
  host: HostGit,
  request: WorkspaceRequest,
  signal: AbortSignal,
): Promise<Workspace> {
  const ids = { taskId: taskId(request.taskId), attemptId: attemptId(request.attemptId) }
  return inNewFolder(host.root, ids.attemptId, async (paths) => {
    const opening = { request, paths, signal }
    const repository =
      request.project === undefined
        ? await openThought(host, opening)
        : await openProject(host, opening, request.project)
    return workspaceOf(host, { ...ids, paths, repository })
  })
}

async function openThought(deps: HostGit, opening: Opening): Promise<HostRepository> {
  const { git, root, author } = deps
  const { request, paths, signal } = opening
  const gitDir = root.thoughtPath(request.taskId)
  const prepareHost = async (): Promise<string | undefined> => {
    const existed = await ensureBareRepository(git, { gitDir, staging: paths.staging }, signal)
    return existed ? branchTipOf(git, gitDir, THOUGHT_BRANCH) : undefined
  }
  const agent = { git, paths, author, branch: THOUGHT_BRANCH, signal }
  const [branchTip] = await bothDone(prepareHost(), initAgentRepository(agent))
  const { taskId: id } = request
  const manifest = { taskId: id, project: undefined, branch: THOUGHT_BRANCH, base: undefined }
  await writeManifest(paths.manifest, manifest)
  return { gitDir, branch: THOUGHT_BRANCH, base: undefined, branchTip }
}

async function openProject(
  deps: HostGit,
  opening: Opening,
  project: NonNullable<WorkspaceRequest['project']>,
): Promise<HostRepository> {
  const { git, mirrors, root, author } = deps
  const { request, paths, signal } = opening
  const gitDir = root.mirrorPath(checkProjectName(project.name))
  const branch = taskBranch(request.taskId, request.prompt)
  const { remote } = project
  const { defaultBranch, base } = await mirrors.fetch(
    { gitDir, staging: paths.staging, remote, defaultBranch: project.defaultBranch },
    signal,
  )
  await writeManifest(paths.manifest, {
    taskId: request.taskId,
    project: project.name,
    branch,
    base,
  })
  const agent = { git, paths, author, branch, signal }
  const [branchTip] = await bothDone(
    branchTipOf(git, gitDir, branch),
    base === undefined
      ? initAgentRepository(agent)
      : deps.spares.clone({
          project: project.name,
          options: agent,
          from: { mirror: gitDir, defaultBranch, base },
        }),
  )
  return { gitDir, branch, base, branchTip }
}
