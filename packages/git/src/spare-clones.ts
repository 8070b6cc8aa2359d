import { mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

import { cloneAgentRepository } from './agent-repository.ts'
import { discard } from './discard.ts'
import { createTries } from './failure.ts'
import { countFiles } from './index-copy.ts'
import { adopt, fill, removeUnfinished, type CloneRequest } from './spare-folder.ts'
import type { WorkspaceRoot } from './workspace-root.ts'

/** A project that nobody has asked for in this time gets no more clones, and loses those it has. */
const IN_USE_MS = 60 * 60_000
const MAX_PROJECTS = 4
/** The checkout of fewer takes no longer than the rest of what it takes to open a workspace. */
const MIN_FILES = 1000

export interface SpareOptions {
  /** How many to have ready for each project in use; 0: none. */
  readonly count: number
  /** Projects with fewer files have none. Default: 1,000. */
  readonly minFiles?: number | undefined
}
export interface ProjectCloneRequest extends CloneRequest {
  readonly project: string
}

/**
 * Clones with their files checked out that no agent has seen, to become the work trees of the next attempts
 * of a project: the files of a large one are then there at once.
 */
export interface SpareClones {
  /** As `cloneAgentRepository`, of a spare clone where there is one. */
  clone(request: ProjectCloneRequest): Promise<void>
  /** See `Workspaces.stockUp`. */
  stockUp(signal: AbortSignal): Promise<void>
  /** See `Workspaces.tidy`. */
  tidy(isShort: () => Promise<boolean>, signal: AbortSignal): Promise<void>
}

export function createSpareClones(
  root: WorkspaceRoot,
  { count, minFiles = MIN_FILES }: SpareOptions,
): SpareClones {
  const { sparesPath, removedPath } = root
  /** The last one of each project, the latest at the end. */
  const uses = new Map<string, ProjectCloneRequest & { readonly atMs: number }>()

  return {
    async clone(request) {
      const { project, options, from } = request
      if (count === 0) return cloneAgentRepository(options, from)
      const isThere = await adopt(join(sparesPath, project), request)
      if (!isThere) await cloneAgentRepository(options, from)
      uses.delete(project)
      if ((await countFiles(options.paths.baseIndex)) < minFiles) return
      uses.set(project, { ...request, atMs: Date.now() })
    },

    async stockUp(signal) {
      const recent = [...uses.values()].filter(({ atMs }) => Date.now() - atMs < IN_USE_MS)
      for (const { project, options, from } of recent.slice(-MAX_PROJECTS)) {
        const place = join(sparesPath, project)
        await mkdir(place, { recursive: true, mode: 0o700 })
        await utimes(place, new Date(), new Date())
        await removeUnfinished(place, removedPath)
        const request = { options: { ...options, signal }, from }
        while (await fill(place, count, request)) signal.throwIfAborted()
      }
    },

    async tidy(isShort, signal) {
      const tries = createTries()
      for (const project of await readdir(sparesPath)) {
        if (signal.aborted) break
        const place = join(sparesPath, project)
        const lastUse = await stat(place).catch(() => undefined)
        const isInUse = lastUse !== undefined && Date.now() - lastUse.mtimeMs < IN_USE_MS
        if (count === 0 || !isInUse || (await isShort())) {
          await tries.add(discard(place, removedPath))
        }
      }
      tries.throwFirst()
    },
  }
}
