import { chmod, readdir, rm } from 'node:fs/promises'

import { hasCode } from './failure.ts'

const OWNER_ALL = 0o700

/** Removes a folder with all in it, also where an agent took away the right to. Follows no links. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error
    await makeWritable(Buffer.from(path))
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Folders only: removing a file asks for no right to the file itself. */
async function makeWritable(folder: Buffer): Promise<void> {
  await chmod(folder, OWNER_ALL)
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    if (!entry.isDirectory()) continue
    await makeWritable(Buffer.concat([folder, Buffer.from('/'), entry.name]))
  }
}
