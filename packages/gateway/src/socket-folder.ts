import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Where sockets are: a folder for this process alone, with a short name, for the kernel takes 107 bytes. */
export interface SocketFolder extends AsyncDisposable {
  /** A path where nothing is yet. */
  next(): Promise<string>
}

/** @param parent where it is made. */
export function createSocketFolder(parent: string = tmpdir()): SocketFolder {
  let folder: Promise<string> | undefined
  let count = 0
  return {
    async next() {
      folder ??= mkdtemp(path.join(parent, 'sleepless-'))
      count += 1
      return path.join(await folder, String(count))
    },
    async [Symbol.asyncDispose]() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true })
    },
  }
}
