import { join } from 'node:path'

import { WorkspaceError, type WorkSnapshot, type Workspace } from '@sleepless/domain'

import { exportChange } from './exports.ts'
import { failure } from './failure.ts'
import type { Git } from './git.ts'
import { checkTree, isThere } from './is-there.ts'
import type { KeptFolder } from './kept-folder.ts'
import type { HostRepository, Recorder } from './recorder.ts'
import type { Snapshots } from './snapshots.ts'
import type { AttemptPaths } from './workspace-root.ts'
import { writeFiles } from './written-files.ts'

export interface WorkspaceDeps {
  readonly git: Git
  readonly paths: AttemptPaths
  readonly repository: HostRepository
  readonly snapshots: Snapshots
  readonly recorder: Recorder
  readonly kept: KeptFolder
}

/**
 * One attempt's working copy. Its calls run one after the other.
 *
 * Disposing first checkpoints what no commit holds. When that fails the folder stays, and disposing
 * rejects with a {@link WorkspaceError} that says where it is; disposing again tries again.
 */
export function createWorkspace(deps: WorkspaceDeps): Workspace {
  const { paths, repository } = deps
  const inTurn = createTurns()
  const commit = createCommit(deps)
  let isDisposed = false
  let hasSucceeded = false

  const whileOpen = <T>(what: string, work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      if (isDisposed) throw new WorkspaceError(`${what}: the workspace was disposed of`)
      return work().catch((error: unknown) => {
        throw failure(what, error)
      })
    })

  return {
    path: paths.tree,
    homePath: paths.home,
    readOnlyPaths: repository.base === undefined ? [] : [join(repository.gitDir, 'objects')],
    branch: repository.branch,
    commit: (request) => whileOpen('the work could not be committed', () => commit(request)),
    checkpoint: () =>
      whileOpen('the work could not be checkpointed', () => checkpoint(deps, { fresh: true })),
    succeeded() {
      hasSucceeded = true
    },
    snapshot: ({ whileWorking }) =>
      whileOpen('the work could not be checkpointed', () => snapshot(deps, whileWorking)),
    transcriptPath: paths.transcript,
    [Symbol.asyncDispose]: () =>
      inTurn(async () => {
        if (isDisposed) return
        await dispose(deps, hasSucceeded)
        isDisposed = true
      }),
  }
}

function createCommit(deps: WorkspaceDeps): Workspace['commit'] {
  const { git, paths, repository, snapshots, recorder } = deps
  const { gitDir, branch, base } = repository
  // Outlives a failure of what follows the commit, so that the same call can be made again.
  let unreported = repository.kept?.commit?.commit

  return async (request) => {
    await checkTree(paths.tree)
    await writeFiles(paths.tree, request.files)
    const tree = await snapshots.take({ forced: Object.keys(request.files), fresh: true })
    if (recorder.isNew(tree)) unreported = await recorder.commit(tree, request)
    if (unreported === undefined) return undefined

    const hash = unreported
    const reference = `refs/heads/${branch}`
    await exportChange(git, { gitDir, paths, base, commit: hash, reference })
    unreported = undefined
    return {
      hash,
      branch,
      base: base?.commit,
      diffFile: paths.diffFile,
      bundleFile: paths.bundleFile,
    }
  }
}

async function checkpoint(
  { snapshots, recorder }: WorkspaceDeps,
  { fresh }: { readonly fresh: boolean },
): Promise<string | undefined> {
  const tree = await snapshots.take({ forced: [], fresh })
  return recorder.isNew(tree) ? recorder.checkpoint(tree) : undefined
}

async function snapshot(
  { git, paths, repository, snapshots, recorder }: WorkspaceDeps,
  whileWorking: boolean,
): Promise<WorkSnapshot | undefined> {
  const tree = await (whileWorking
    ? snapshots.takeUntouched()
    : snapshots.take({ forced: [], fresh: true }))
  if (tree === undefined) return undefined
  const { gitDir, base } = repository
  if (!recorder.isNew(tree)) {
    return { commit: undefined, base: base?.commit, bundleFile: undefined }
  }
  const commit = await recorder.checkpoint(tree)
  const without = base === undefined ? [] : [`^${base.commit}`]
  const { reference } = recorder
  await git.run(['bundle', 'create', '--quiet', paths.workBundle, ...without, reference], {
    cwd: paths.folder,
    env: { GIT_DIR: gitDir },
  })
  return { commit, base: base?.commit, bundleFile: paths.workBundle }
}

async function dispose(deps: WorkspaceDeps, hasSucceeded: boolean): Promise<void> {
  const { folder, tree } = deps.paths
  try {
    // Going on from the last index, so that files which have not changed since are not read again.
    if (await isThere(tree)) await checkpoint(deps, { fresh: false })
  } catch (error) {
    throw failure(
      `the workspace was kept at ${folder}, for its work could not be checkpointed`,
      error,
    )
  }
  try {
    await deps.kept.putAway(deps.paths, { hasSucceeded })
  } catch (error) {
    throw failure(`the workspace at ${folder} could not be removed`, error)
  }
}

function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
