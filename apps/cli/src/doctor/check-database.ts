import { existsSync } from 'node:fs'

import { fail, ok, warn, type Check } from './finding.ts'

/** Whether there is a database that this version can work with, and that is sound. */
export const checkDatabase: Check = {
  name: 'database',
  async look({ home: { databaseFile } }) {
    if (!existsSync(databaseFile)) return ok('none yet; it is made at the first start')
    const { inspectDatabase } = await import('@sleepless/storage')
    try {
      const { schemaVersion, knownVersion, problems } = inspectDatabase(databaseFile)
      if (problems.length > 0) return fail(problems.join('; '), 'Restore a backup.')
      if (schemaVersion > knownVersion) {
        return fail(
          `schema version ${schemaVersion} is newer than this program`,
          'Update the program, or restore a backup from before the update.',
        )
      }
      return ok(`${databaseFile}, sound, schema version ${schemaVersion}`)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      return warn(
        `${databaseFile} cannot be read: ${detail}`,
        'Give it to the user that the service runs as, or restore a backup.',
      )
    }
  },
}
