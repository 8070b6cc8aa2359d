import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

import { ok, warn, type Check } from './finding.ts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const OLD_MS = 7 * DAY_MS
// Copies from before a migration or a restore are of a moment that is not to be gone back to.
const BY_PEOPLE = /^(?!before-v|replaced-).*\.db$/

/** Whether there is something to go back to. Backups that are kept elsewhere are not seen. */
export const checkBackups: Check = {
  name: 'backups',
  async look({ home: { databaseFile, backupsPath } }) {
    if (!existsSync(databaseFile)) return ok('none needed yet')
    const newestMs = await newestIn(backupsPath)
    const remedy = 'Run: sleepless backup; or see that it is done elsewhere.'
    if (newestMs === undefined) return warn(`none in ${backupsPath}`, remedy)
    const ageMs = Date.now() - newestMs
    const detail = `the newest in ${backupsPath} is ${ageOf(ageMs)} old`
    return ageMs > OLD_MS ? warn(detail, remedy) : ok(detail)
  },
}

async function newestIn(directory: string): Promise<number | undefined> {
  if (!existsSync(directory)) return undefined
  const names = (await readdir(directory)).filter((name) => BY_PEOPLE.test(name))
  const times = await Promise.all(
    names.map(async (name) => (await stat(path.join(directory, name))).mtimeMs),
  )
  return times.length === 0 ? undefined : Math.max(...times)
}

function ageOf(ms: number): string {
  const [amount, unit] = ms < 2 * DAY_MS ? [ms / HOUR_MS, 'hours'] : [ms / DAY_MS, 'days']
  return `${Math.max(0, Math.floor(amount))} ${unit}`
}
