import { readdir, readFile, readlink } from 'node:fs/promises'

const LISTENING = '0A'

/**
 * Which process listens on a TCP port, as far as this user may know.
 *
 * @returns such as `nginx (process 812)`; undefined where it cannot be told.
 */
export async function portOwner(port: number): Promise<string | undefined> {
  try {
    const sockets = await listeningSockets(port)
    if (sockets.size === 0) return undefined
    for (const pid of await readdir('/proc')) {
      if (/^\d+$/.test(pid) && (await hasOneOf(pid, sockets))) {
        return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()} (process ${pid})`
      }
    }
    return undefined
  } catch {
    // No Linux, or the process has just ended.
    return undefined
  }
}

/** The inodes of sockets that listen there, on any address. */
async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const found = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1)
    for (const line of lines) {
      const fields = line.trim().split(/\s+/)
      const [, local = '', , state] = fields
      if (local.endsWith(suffix) && state === LISTENING) found.add(`socket:[${fields[9]}]`)
    }
  }
  return found
}

async function hasOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  // Those of other users are closed to us.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')
    if (sockets.has(target)) return true
  }
  return false
}
