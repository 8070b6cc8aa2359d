import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'

import {
  checkOut,
  cloneAgentRepository,
  renameBranches,
  type AgentBase,
  type AgentRepositoryOptions,
  type ClonePaths,
} from './agent-repository.ts'
import { discard } from './discard.ts'
import { hasCode } from './failure.ts'
import type { Tip } from './references.ts'
import { removeTree } from './remove-tree.ts'
import type { AttemptPaths } from './workspace-root.ts'

/** The folder of a clone that is ready is named after its commit; while it is changed, like this. */
const UNFINISHED = 'new-'
/** By then, whoever was making it is dead. */
const UNFINISHED_MS = 60 * 60_000
/** Of a clone that belongs to no attempt yet. */
const SPARE_BRANCH = 'spare'

/** What a work tree is to become. */
export interface CloneRequest {
  readonly options: AgentRepositoryOptions & { readonly paths: AttemptPaths }
  readonly from: Required<AgentBase>
}

/**
 * Makes the work tree of an attempt of a spare clone.
 *
 * @param place the folder of the project's spare clones.
 * @returns whether there was one that would do.
 */
export async function adopt(place: string, { options, from }: CloneRequest): Promise<boolean> {
  const { paths } = options
  const isCurrent = isOf(from.base)
  const names = (await readyIn(place)).toSorted(
    (a, b) => Number(isCurrent(b)) - Number(isCurrent(a)),
  )
  const name = await claim(place, names, paths.spare)
  if (name === undefined) return false
  const spare = { ...options, paths: clonePaths(paths.spare) }
  try {
    if (!isCurrent(name)) await checkOut(spare, from.base)
    await renameBranches(spare, { ...from, before: SPARE_BRANCH })
  } catch {
    options.signal.throwIfAborted()
    // Whatever is wrong with it: one is made anew.
    await removeTree(paths.spare)
    return false
  }
  await rename(spare.paths.tree, paths.tree)
  // Last, for it tells that the checkout is complete.
  await rename(spare.paths.baseIndex, paths.baseIndex)
  await removeTree(paths.spare)
  return true
}

/** @returns whether there was something to do: a clone to bring up to date, or one to make. */
export async function fill(
  place: string,
  count: number,
  { options, from }: CloneRequest,
): Promise<boolean> {
  const ready = await readyIn(place)
  const stale = ready.filter((name) => !isOf(from.base)(name))
  if (stale.length === 0 && ready.length >= count) return false
  const folder = join(place, UNFINISHED + randomUUID())
  const spare = { ...options, branch: SPARE_BRANCH, paths: clonePaths(folder) }
  try {
    if ((await claim(place, stale, folder)) === undefined) {
      await mkdir(spare.paths.tree, { recursive: true, mode: 0o700 })
      await cloneAgentRepository(spare, { mirror: from.mirror, base: from.base })
    } else {
      await checkOut(spare, from.base)
    }
    await rename(folder, join(place, `${from.base.commit}.${randomUUID()}`))
  } catch (error) {
    await removeTree(folder)
    throw error
  }
  return true
}

/** Removes what a process that has died was making. */
export async function removeUnfinished(place: string, removedPath: string): Promise<void> {
  for (const name of await readdir(place)) {
    if (!name.startsWith(UNFINISHED)) continue
    const made = await stat(join(place, name)).catch(() => undefined)
    if (made === undefined || Date.now() - made.mtimeMs < UNFINISHED_MS) continue
    await discard(join(place, name), removedPath)
  }
}

async function readyIn(place: string): Promise<readonly string[]> {
  try {
    return (await readdir(place)).filter((name) => !name.startsWith(UNFINISHED))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function isOf({ commit }: Tip): (name: string) => boolean {
  return (name) => name.startsWith(commit)
}

/** @returns the one that is now at `to`: of several who want the same, one gets it. */
async function claim(
  place: string,
  names: readonly string[],
  to: string,
): Promise<string | undefined> {
  for (const name of names) {
    try {
      await rename(join(place, name), to)
      return name
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
    }
  }
  return undefined
}

function clonePaths(folder: string): ClonePaths {
  return { folder, tree: join(folder, 'tree'), baseIndex: join(folder, 'base-index') }
}
