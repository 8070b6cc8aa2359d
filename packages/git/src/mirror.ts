import { dirname } from 'node:path'

import { WorkspaceError } from '@sleepless/domain'

import { ensureBareRepository, type BareRepositoryPlace } from './bare-repository.ts'
import { isBranchName } from './branch-name.ts'
import { bothDone } from './failure.ts'
import { GitFailedError, type Git } from './git.ts'
import { summary } from './redact.ts'
import { withRefLocks } from './ref-lock.ts'
import { readReferences, type Tip } from './references.ts'
import { createSharedTurns } from './shared-turns.ts'

const REMOTE_BRANCHES = 'refs/remotes/origin/'

/** Own branches are under refs/heads, which no fetch touches. */
const REFSPEC = `+refs/heads/*:${REMOTE_BRANCHES}*`

/** What a remote without any commit is taken to call its branch. */
const UNBORN_BRANCH = 'main'

const noBranch: Promise<undefined> = Promise.resolve(undefined)

interface MirrorRequest extends BareRepositoryPlace {
  readonly remote: string
  /** Absent: what the remote's HEAD names. */
  readonly defaultBranch: string | undefined
}

/** The remote as it was at some moment after it was asked for. */
interface MirrorState {
  readonly defaultBranch: string
  /** Absent when the remote has no commits. */
  readonly base: Tip | undefined
}

export interface Mirrors {
  /**
   * Brings a mirror up to date. Callers at the same time share fetches.
   * @throws {WorkspaceError} when the remote cannot be reached, whatever was fetched before.
   */
  fetch(request: MirrorRequest, signal: AbortSignal): Promise<MirrorState>
}

export interface MirrorsOptions {
  readonly git: Git
  readonly fetchDeadlineMs: number
  /** Configuration for the processes that serve a local remote. */
  readonly transportConfigFile: string
}

export function createMirrors(options: MirrorsOptions): Mirrors {
  const { git } = options
  const turns = new Map<string, (signal: AbortSignal) => Promise<void>>()

  const fetchInTurn = ({ gitDir, remote }: MirrorRequest, signal: AbortSignal): Promise<void> => {
    const key = `${gitDir}\0${remote}`
    let turn = turns.get(key)
    if (turn === undefined) {
      turn = createSharedTurns((stop) => fetchBranches(options, { gitDir, remote, signal: stop }))
      turns.set(key, turn)
    }
    return turn(signal)
  }

  return {
    async fetch(request, signal) {
      const { gitDir, remote, defaultBranch: wanted } = request
      if (wanted !== undefined && !isBranchName(wanted)) {
        throw new WorkspaceError(`${JSON.stringify(wanted)} is not a branch name`)
      }
      await ensureBareRepository(git, request, signal)
      const [found] = await bothDone(
        wanted === undefined ? remoteHead(options, { gitDir, remote, signal }) : noBranch,
        fetchInTurn(request, signal),
      )
      const defaultBranch = wanted ?? found ?? UNBORN_BRANCH
      return { defaultBranch, base: await readBase(git, gitDir, { remote, defaultBranch }) }
    },
  }
}

interface RemoteCall {
  readonly gitDir: string
  readonly remote: string
  readonly signal: AbortSignal
}

async function fetchBranches(options: MirrorsOptions, call: RemoteCall): Promise<void> {
  const flags = [
    '--prune',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--quiet',
  ]
  await withRefLocks(call.gitDir, () =>
    callRemote(options, call, ['fetch', ...flags, '--', call.remote, REFSPEC]),
  )
}

/** The branch that the remote's HEAD names; undefined for a remote without commits. */
async function remoteHead(options: MirrorsOptions, call: RemoteCall): Promise<string | undefined> {
  const output = await callRemote(options, call, [
    'ls-remote',
    '--symref',
    '--',
    call.remote,
    'HEAD',
  ])
  const branch = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(output)?.[1]
  if (branch !== undefined && isBranchName(branch)) return branch
  if (output === '') return undefined
  throw new WorkspaceError(
    `the HEAD of ${summary(call.remote)} names no branch; set the project's defaultBranch`,
  )
}

async function callRemote(
  { git, fetchDeadlineMs, transportConfigFile }: MirrorsOptions,
  { gitDir, remote, signal }: RemoteCall,
  args: readonly string[],
): Promise<string> {
  try {
    return await git.run(args, {
      cwd: dirname(gitDir),
      env: { GIT_DIR: gitDir, GIT_CONFIG_GLOBAL: transportConfigFile },
      deadlineMs: fetchDeadlineMs,
      signal,
    })
  } catch (error) {
    if (!(error instanceof GitFailedError)) throw error
    throw new GitFailedError(`${args[0]} from ${summary(remote)}`, error.stderr)
  }
}

async function readBase(
  git: Git,
  gitDir: string,
  { remote, defaultBranch }: { readonly remote: string; readonly defaultBranch: string },
): Promise<Tip | undefined> {
  const name = REMOTE_BRANCHES + defaultBranch
  const base = (await readReferences(git, gitDir, name)).get(name)
  if (base !== undefined) return base
  const others = await readReferences(git, gitDir, REMOTE_BRANCHES)
  if (others.size === 0) return undefined
  throw new WorkspaceError(
    `${summary(remote)} has no branch ${JSON.stringify(defaultBranch)}; set the project's defaultBranch`,
  )
}
