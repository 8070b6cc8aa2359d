import { statfs } from 'node:fs/promises'

import { nearestExisting } from './check-home.ts'
import { fail, ok, warn, type Check } from './finding.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const LITTLE_DISK_BYTES = 2 * GIB
const NO_DISK_BYTES = 256 * MIB
/** An agent takes about 210 MB, without what its tools take. */
const AGENT_BYTES = 300 * MIB
const SERVICE_BYTES = 200 * MIB

export const checkDisk: Check = {
  name: 'disk',
  async look({ home }) {
    const { bavail, bsize } = await statfs(await nearestExisting(home.path))
    const freeBytes = bavail * bsize
    const detail = `${inGib(freeBytes)} free for ${home.path}`
    if (freeBytes >= LITTLE_DISK_BYTES) return ok(detail)
    const remedy = 'Make room, or set SLEEPLESS_HOME to a larger disk.'
    return freeBytes < NO_DISK_BYTES ? fail(detail, remedy) : warn(detail, remedy)
  },
}

export const checkMemory: Check = {
  name: 'memory',
  look({ config }) {
    const agents = config.WORKER_CONCURRENCY
    const availableBytes = process.availableMemory()
    const detail = `${inGib(availableBytes)} available for ${agents} agents at once`
    const verdict =
      availableBytes >= SERVICE_BYTES + agents * AGENT_BYTES
        ? ok(detail)
        : warn(detail, 'Set WORKER_CONCURRENCY lower, or give the machine more memory.')
    return Promise.resolve(verdict)
  },
}

function inGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`
}
