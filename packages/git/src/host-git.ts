import { resolve } from 'node:path'

import { gitEnvironment, type Author } from './git-environment.ts'
import { createGit, type Git } from './git.ts'
import { createKeptFolder, type KeepPolicy, type KeptFolder } from './kept-folder.ts'
import { createMirrors, type Mirrors } from './mirror.ts'
import { createSpareClones, type SpareClones, type SpareOptions } from './spare-clones.ts'
import { workspaceRoot, type WorkspaceRoot } from './workspace-root.ts'

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
  /** Asked for before each git command: variables by which others know its processes. */
  readonly mark?: () => Readonly<Record<string, string>>
  /** For each git command; default 120 s. */
  readonly deadlineMs?: number
  /** For each command that brings objects from or to a remote; default 10 min. */
  readonly fetchDeadlineMs?: number
  /** What stays of workspaces for people to look at. Default: nothing. */
  readonly keep?: KeepPolicy
  /** Clones to have ready for projects in use. Default: none. */
  readonly spareClones?: SpareOptions
}

/** Git as the host runs it, and the folders that it works in. */
export interface HostGit {
  readonly git: Git
  readonly mirrors: Mirrors
  readonly root: WorkspaceRoot
  readonly author: Author
  readonly fetchDeadlineMs: number
  readonly kept: KeptFolder
  readonly spares: SpareClones
}

export function createHostGit(options: WorkspacesOptions): HostGit {
  const { author = DEFAULT_AUTHOR, gitBinary = 'git', env = {} } = options
  const { deadlineMs = DEFAULT_DEADLINE_MS, fetchDeadlineMs = DEFAULT_FETCH_DEADLINE_MS } = options
  const root = workspaceRoot(resolve(options.root))
  const git = createGit({
    binary: gitBinary,
    env: gitEnvironment({ env, homePath: root.homePath, author }),
    deadlineMs,
    mark: options.mark,
  })
  const { transportConfigFile } = root
  const mirrors = createMirrors({ git, fetchDeadlineMs, transportConfigFile })
  const kept = createKeptFolder(root, options.keep)
  const spares = createSpareClones(root, options.spareClones ?? { count: 0 })
  return { git, mirrors, root, author, fetchDeadlineMs, kept, spares }
}
