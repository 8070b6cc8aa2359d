import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'

import {
  attemptId,
  taskId,
  WorkspaceError,
  type Workspace,
  type WorkspaceRequest,
  type Workspaces,
} from '@sleepless/domain'

import { cloneAgentRepository, initAgentRepository } from './agent-repository.ts'
import { ensureBareRepository } from './bare-repository.ts'
import { taskBranch } from './branch-name.ts'
import { bothDone, failure, hasCode } from './failure.ts'
import { gitEnvironment, type Author } from './git-environment.ts'
import { createGit, type Git } from './git.ts'
import { createMirrors, type Mirrors } from './mirror.ts'
import { checkProjectName } from './project-name.ts'
import { createRecorder, type HostRepository } from './recorder.ts'
import { readReferences } from './references.ts'
import { removeTree } from './remove-tree.ts'
import { createSnapshots } from './snapshots.ts'
import { workspaceRoot, type AttemptPaths, type WorkspaceRoot } from './workspace-root.ts'
import { createWorkspace } from './workspace.ts'

const THOUGHT_BRANCH = 'main'
const DEFAULT_AUTHOR: Author = { name: 'Sleepless', email: 'sleepless@localhost' }
const DEFAULT_DEADLINE_MS = 120_000
const DEFAULT_FETCH_DEADLINE_MS = 600_000

export interface WorkspacesOptions {
  /** `$SLEEPLESS_HOME/workspace`; made when it is not there. */
  readonly root: string
  /** Of the host's commits, and of the agent's in its own clone. Default: `Sleepless <sleepless@localhost>`. */
  readonly author?: Author
  /** Default: `git`, found on `PATH`. */
  readonly gitBinary?: string
  /**
   * The worker's environment. Git gets of it only `PATH`, proxies, TLS certificates, the time zone, the
   * temporary folder, the ssh agent and `GIT_SSH_COMMAND`. Default: a plain `PATH`.
   */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** For each git command; default 120 s. */
  readonly deadlineMs?: number
  /** For each command that talks to a remote; default 10 min. */
  readonly fetchDeadlineMs?: number
}

interface OpenDeps {
  readonly git: Git
  readonly mirrors: Mirrors
  readonly root: WorkspaceRoot
  readonly author: Author
}

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
  const { author = DEFAULT_AUTHOR, gitBinary = 'git', env = {} } = options
  const { deadlineMs = DEFAULT_DEADLINE_MS, fetchDeadlineMs = DEFAULT_FETCH_DEADLINE_MS } = options
  const root = workspaceRoot(resolve(options.root))
  const git = createGit({
    binary: gitBinary,
    env: gitEnvironment({ env, homePath: root.homePath, author }),
    deadlineMs,
  })
  const { transportConfigFile } = root
  const mirrors = createMirrors({ git, fetchDeadlineMs, transportConfigFile })
  const deps: OpenDeps = { git, mirrors, root, author }

  return {
    open: (request, signal) =>
      openWorkspace(deps, request, signal).catch((error: unknown) => {
        throw failure('the workspace could not be prepared', error)
      }),
  }
}

async function openWorkspace(
  deps: OpenDeps,
  request: WorkspaceRequest,
  signal: AbortSignal,
): Promise<Workspace> {
  const { git, root } = deps
  const ids = { taskId: taskId(request.taskId), attemptId: attemptId(request.attemptId) }
  const paths = root.attemptPaths(ids.attemptId)
  await root.prepare()
  await makeFolder(paths.folder)
  try {
    await Promise.all([mkdir(paths.tree), mkdir(paths.home, { mode: 0o700 })])
    const opening = { request, paths, signal }
    const repository =
      request.project === undefined
        ? await openThought(deps, opening)
        : await openProject(deps, opening, request.project)
    const { gitDir, base } = repository
    return createWorkspace({
      git,
      paths,
      repository,
      snapshots: createSnapshots({ git, gitDir, paths, base }),
      recorder: createRecorder({ git, repository, ...ids }),
    })
  } catch (error) {
    // No agent has been here: there is nothing to keep. What went wrong first is what counts.
    await removeTree(paths.folder).catch(() => undefined)
    throw error
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    throw new WorkspaceError(`this attempt has a workspace already, at ${folder}`)
  }
}

async function openThought(deps: OpenDeps, opening: Opening): Promise<HostRepository> {
  const { git, root, author } = deps
  const { request, paths, signal } = opening
  const gitDir = root.thoughtPath(request.taskId)
  const prepareHost = async (): Promise<string | undefined> => {
    const existed = await ensureBareRepository(git, { gitDir, staging: paths.staging }, signal)
    return existed ? branchTipOf(git, gitDir, THOUGHT_BRANCH) : undefined
  }
  const [branchTip] = await bothDone(
    prepareHost(),
    initAgentRepository({ git, paths, author, branch: THOUGHT_BRANCH, signal }),
  )
  return { gitDir, branch: THOUGHT_BRANCH, base: undefined, branchTip }
}

async function openProject(
  deps: OpenDeps,
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
  const agent = { git, paths, author, branch, signal }
  const [branchTip] = await bothDone(
    branchTipOf(git, gitDir, branch),
    base === undefined
      ? initAgentRepository(agent)
      : cloneAgentRepository(agent, { mirror: gitDir, defaultBranch, base }),
  )
  return { gitDir, branch, base, branchTip }
}

async function branchTipOf(git: Git, gitDir: string, branch: string): Promise<string | undefined> {
  const name = `refs/heads/${branch}`
  return (await readReferences(git, gitDir, name)).get(name)?.commit
}
