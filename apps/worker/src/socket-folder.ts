import { lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isAlive, showLife } from './life-sign.ts'

const NAME = 'sleepless-sockets-'

/** Where a worker has the sockets that it shows its agents, for as long as it lives. */
export interface SocketFolder extends AsyncDisposable {
  /** Short, for a path to a socket may have 107 bytes. */
  readonly path: string
}

/**
 * Makes a folder for this process, and removes those of workers that were killed.
 *
 * @param parent where those of all workers of a machine are.
 */
export async function openSocketFolder(parent: string = tmpdir()): Promise<SocketFolder> {
  await removeLeft(parent)
  // Until it shows life, others would take it for a dead one's: so it gets its name last.
  const draft = await mkdtemp(path.join(parent, `.${NAME}`))
  const folder = path.join(parent, path.basename(draft).slice(1))
  const life = await showLife(draft)
  await rename(draft, folder)
  return {
    path: folder,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
      await life[Symbol.asyncDispose]()
    },
  }
}

async function removeLeft(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => /^sleepless-sockets-\w{6}$/.test(name))
  for (const folder of names.map((name) => path.join(parent, name))) {
    const found = await lstat(folder).catch(() => undefined)
    // Where everybody may write, others have theirs.
    const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.()
    if (isOurs && !(await isAlive(folder))) await rm(folder, { recursive: true, force: true })
  }
}
