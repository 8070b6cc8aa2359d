import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { discard, emptyFolder } from './discard.ts'
import { createTries } from './failure.ts'
import { folderSize } from './folder-size.ts'
import { isThere } from './is-there.ts'
import { listAttempts } from './list-attempts.ts'
import { removeTree } from './remove-tree.ts'
import type { AttemptPaths, WorkspaceRoot } from './workspace-root.ts'

/** How much of what ended attempts leave stays for people to look at. */
export interface KeepPolicy {
  /** Of attempts that succeeded, in milliseconds; 0: nothing stays. */
  readonly succeededMs: number
  /** Of all others, likewise. */
  readonly otherMs: number
  /** All together on the disk; 0: nothing stays. */
  readonly maxBytes: number
}

/** Workspaces of ended attempts. All that is in them is in a commit or a checkpoint as well. */
export interface KeptFolder {
  /** Takes a workspace away whose work is kept elsewhere: to be looked at for a while, or for good. */
  putAway(paths: AttemptPaths, ending: { readonly hasSucceeded: boolean }): Promise<void>
  /** See `Workspaces.tidy`. */
  tidy(isShort: () => Promise<boolean>, signal: AbortSignal): Promise<void>
}

const KEEP_NOTHING: KeepPolicy = { succeededMs: 0, otherMs: 0, maxBytes: 0 }
const SUCCEEDED = 'succeeded'

interface Kept {
  readonly path: string
  readonly endedMs: number
  readonly hasSucceeded: boolean
  readonly bytes: number
}

export function createKeptFolder(
  root: WorkspaceRoot,
  policy: KeepPolicy = KEEP_NOTHING,
): KeptFolder {
  const { keptPath, removedPath } = root
  /** What is kept does not change: it is looked at once. */
  const seen = new Map<string, Kept>()
  const limitOf = ({ hasSucceeded }: Pick<Kept, 'hasSucceeded'>): number =>
    hasSucceeded ? policy.succeededMs : policy.otherMs

  /** Newest first. */
  async function list(): Promise<readonly Kept[]> {
    const names = new Set<string>(await listAttempts(keptPath))
    for (const name of seen.keys()) if (!names.has(name)) seen.delete(name)
    for (const name of names) {
      const found = seen.get(name) ?? (await look(join(keptPath, name)))
      if (found !== undefined) seen.set(name, found)
    }
    return [...seen.values()].toSorted((a, b) => b.endedMs - a.endedMs)
  }

  return {
    async putAway(paths, ending) {
      const isKept = policy.maxBytes > 0 && limitOf(ending) > 0 && (await isThere(paths.tree))
      if (isKept) await keep(paths, join(keptPath, basename(paths.folder)), ending)
      else await remove(paths)
    },

    async tidy(isShort, signal) {
      const tries = createTries()
      // What another process was removing when it died, or is removing now.
      await tries.add(emptyFolder(removedPath, signal))
      const spared: Kept[] = []
      let bytes = 0
      for (const kept of await list()) {
        bytes += kept.bytes
        const isOver = bytes > policy.maxBytes || Date.now() - kept.endedMs >= limitOf(kept)
        if (isOver && !signal.aborted) await tries.add(discard(kept.path, removedPath))
        else spared.push(kept)
      }
      for (const { path } of spared.toReversed()) {
        if (signal.aborted || !(await isShort())) break
        await tries.add(discard(path, removedPath))
      }
      tries.throwFirst()
    },
  }
}

async function remove({ tree, removed, folder }: AttemptPaths): Promise<void> {
  // Half of it, if this process dies now, must not look like work.
  if (await isThere(tree)) await rename(tree, removed)
  await removeTree(folder)
}

/** Until the last step it is a workspace like any other: who finds it after a crash begins again. */
async function keep(
  { home, transcript, index, nested, workBundle, endedMark, folder }: AttemptPaths,
  place: string,
  { hasSucceeded }: { readonly hasSucceeded: boolean },
): Promise<void> {
  // The agent's own settings, caches and transcripts: nobody has looked through them for secrets.
  await removeTree(home)
  for (const file of [transcript, index, workBundle]) await rm(file, { force: true })
  await removeTree(nested)
  await writeFile(endedMark, hasSucceeded ? SUCCEEDED : 'other', { mode: 0o600 })
  await rename(folder, place)
}

/** @returns undefined when another process has just removed it. */
async function look(path: string): Promise<Kept | undefined> {
  const mark = join(path, 'ended')
  const how = await readFile(mark, 'utf8').catch(() => '')
  const ended = await lstat(mark).catch(() => undefined)
  if (ended === undefined) return undefined
  const hasSucceeded = how === SUCCEEDED
  return { path, endedMs: ended.mtimeMs, hasSucceeded, bytes: await folderSize(path) }
}
