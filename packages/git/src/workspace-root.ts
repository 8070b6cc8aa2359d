import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { AttemptId, TaskId } from '@sleepless/domain'

/** Where things are below `$SLEEPLESS_HOME/workspace`. All paths are absolute. */
export interface WorkspaceRoot {
  readonly homePath: string
  /** For the processes that git itself starts, which inherit nothing else of our configuration. */
  readonly transportConfigFile: string
  mirrorPath(project: string): string
  thoughtPath(task: TaskId): string
  /** Holds a folder for each attempt. */
  readonly tasksPath: string
  attemptPaths(attempt: AttemptId): AttemptPaths
  /** Holds what is left of ended attempts, for people to look at. */
  readonly keptPath: string
  /** Holds a folder for each project with clones that no attempt has used. */
  readonly sparesPath: string
  /** What is here is on its way out, and nobody's. */
  readonly removedPath: string
  /** Makes the folders; cheap when they are there. */
  prepare(): Promise<void>
}

export interface AttemptPaths {
  /** Holds all the others; the agent may write to `tree` and `home` alone. */
  readonly folder: string
  readonly tree: string
  readonly home: string
  /** Where a bare repository is made before it is renamed to its place. */
  readonly staging: string
  readonly index: string
  /** The index as it was when the work tree was checked out. */
  readonly baseIndex: string
  readonly nested: string
  readonly diffFile: string
  readonly bundleFile: string
  /** A bundle of a checkpoint, on its way out or in. */
  readonly workBundle: string
  readonly transcript: string
  /** What it takes to open the workspace again; see `Manifest`. */
  readonly manifest: string
  /** Says that there is no repository, and nothing to keep. */
  readonly scratchMark: string
  /** The work tree once nothing in it is needed any more. */
  readonly removed: string
  /** Made when the attempt has ended and is kept: how it ended, and by its time, when. */
  readonly endedMark: string
  /** A clone on its way to becoming `tree`. */
  readonly spare: string
}

/**
 * A local remote may belong to another user. The upload-pack that serves it clears `-c` settings from its
 * environment, so that this has to be in a file; it runs nothing that the remote's own configuration names.
 */
const TRANSPORT_CONFIG = '[safe]\n\tdirectory = *\n'

export function workspaceRoot(root: string): WorkspaceRoot {
  const homePath = join(root, 'host', 'home')
  const transportConfigFile = join(root, 'host', 'gitconfig')
  let prepared: Promise<void> | undefined

  const prepare = async (): Promise<void> => {
    const folders = [
      'tasks',
      'projects',
      'thoughts',
      'shared',
      'host/home',
      'kept',
      'spares',
      'removed',
    ]
    for (const folder of folders) await mkdir(join(root, folder), { recursive: true, mode: 0o700 })
    await writeFile(transportConfigFile, TRANSPORT_CONFIG)
  }

  return {
    homePath,
    transportConfigFile,
    tasksPath: join(root, 'tasks'),
    keptPath: join(root, 'kept'),
    sparesPath: join(root, 'spares'),
    removedPath: join(root, 'removed'),
    mirrorPath: (project) => join(root, 'projects', `${project}.git`),
    thoughtPath: (task) => join(root, 'thoughts', `${task}.git`),
    attemptPaths: (attempt) => attemptPaths(join(root, 'tasks', attempt)),
    prepare: () => {
      prepared ??= prepare().catch((error: unknown) => {
        prepared = undefined
        throw error
      })
      return prepared
    },
  }
}

function attemptPaths(folder: string): AttemptPaths {
  return {
    folder,
    tree: join(folder, 'tree'),
    home: join(folder, 'home'),
    staging: join(folder, 'staging.git'),
    index: join(folder, 'index'),
    baseIndex: join(folder, 'base-index'),
    nested: join(folder, 'nested'),
    diffFile: join(folder, 'change.diff'),
    bundleFile: join(folder, 'change.bundle'),
    workBundle: join(folder, 'work.bundle'),
    transcript: join(folder, 'transcript.jsonl'),
    manifest: join(folder, 'workspace.json'),
    scratchMark: join(folder, 'scratch'),
    removed: join(folder, 'removed'),
    endedMark: join(folder, 'ended'),
    spare: join(folder, 'spare'),
  }
}
