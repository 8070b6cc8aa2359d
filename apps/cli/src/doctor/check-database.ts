import { existsSync } from 'node:fs'

import { fail, ok, warn, type Check } from './finding.ts'

// Of a large database only a part is read in this time; `doctor --audit` takes as long as it takes.
const DEADLINE_MS = 10_000
const LARGE_WAL_BYTES = 256 * 1024 ** 2
const RESTORE = 'Stop the service and restore a backup: sleepless restore <file>'

/** Whether there is a database that this version can work with, and that is sound. */
export const checkDatabase: Check = {
  name: 'database',
  async look({ home: { databaseFile } }) {
    if (!existsSync(databaseFile)) return ok('none yet; it is made at the first start')
    const { checkPages, inspectDatabase } = await import('@sleepless/storage')
    const pages = await checkPages({ file: databaseFile, timeoutMs: DEADLINE_MS })
    if (pages.kind === 'damaged')
      return fail(`${databaseFile} is damaged: ${pages.detail}`, RESTORE)
    try {
      const { schemaVersion, knownVersion } = inspectDatabase(databaseFile)
      if (schemaVersion > knownVersion) {
        return fail(
          `schema version ${schemaVersion} is newer than this program`,
          'Update the program, or restore a backup from before the update.',
        )
      }
      const found = pages.kind === 'sound' ? 'sound' : `not all of it read: ${pages.detail}`
      return ok(`${databaseFile}, ${found}, schema version ${schemaVersion}`)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      return warn(
        `${databaseFile} cannot be read: ${detail}`,
        'Give it to the user that the service runs as, or restore a backup.',
      )
    }
  },
}

/** Whether something keeps the log of writes from being folded into the database. */
export const checkWal: Check = {
  name: 'write log',
  async look({ home: { databaseFile } }) {
    const { walBytes } = await import('@sleepless/storage')
    const bytes = walBytes(databaseFile)
    const detail = `${(bytes / 1024 ** 2).toFixed(1)} MiB beside the database`
    if (bytes <= LARGE_WAL_BYTES) return ok(detail)
    return warn(
      detail,
      `Something has been reading the database for long; see what: fuser -v ${databaseFile}`,
    )
  },
}
