import path from 'node:path'

import { defaultPolicy, endOpenAttempts } from '@sleepless/engine'
import { ensureHome, systemClock, type Home } from '@sleepless/runtime'
import { installRestored, lockHome, openStore, stageRestore } from '@sleepless/storage'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { ids } from '../compose/ids.ts'
import { databaseError } from '../database/database-error.ts'
import { homeOf } from '../database/home-of.ts'
import { createProgressLine } from '../database/progress-line.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Printer } from '../terminal/printer.ts'

/** Puts a backup in the place of the database. */
export const restoreCommand: CliCommand = {
  name: 'restore',
  examples: [
    ['sleepless restore ~/.sleepless/backups/tasks-2026-01-31T22-00-00-000Z.db', ''],
    ['sleepless restore backup.db --json', '{database, replaced, epoch, lastEventId, requeued}'],
  ],
  notes:
    'The service must be stopped. The replaced database is kept in $SLEEPLESS_HOME/backups. What ran\n' +
    'when the backup was made is queued again; what happened after it is forgotten.',
  configure: (command) => command.argument('<file>', 'a backup'),
  run: restore,
}

/** Public: `restore --json` prints it. */
interface Restored {
  readonly database: string
  /** Where the database is kept that was there before; null when there was none. */
  readonly replaced: string | null
  /** Id of the new epoch of the event log. */
  readonly epoch: string
  /** The newest event of the backup. */
  readonly lastEventId: number
  /** Tasks that ran, or were about to, when the backup was made. */
  readonly requeued: number
}

async function restore(context: CliContext, command: Command): Promise<ExitCode> {
  const { json } = globalOptions(command)
  const backup = path.resolve(context.cwd, String(command.args[0]))
  try {
    const restored = await restoreInto(homeOf(context), backup, context)
    const printer = createPrinter(context.stdout, context.env)
    if (json === true) printer.json(restored)
    else tell(printer, restored)
    return EXIT_CODES.done
  } catch (error) {
    throw databaseError(error)
  }
}

async function restoreInto(home: Home, backup: string, context: CliContext): Promise<Restored> {
  ensureHome(home)
  const { databaseFile, backupsPath } = home
  // Held until the end: no service can start in between.
  using _lock = lockHome(path.join(home.path, 'home.lock'), 'alone')
  using progress = createProgressLine({ stderr: context.stderr })
  const now = new Date()
  using staged = stageRestore({ backup, databaseFile, now, onProgress: progress.show })
  const requeued = await requeue(staged.file)
  const replaced = installRestored({ staged, databaseFile, backupsPath, now })
  return {
    database: databaseFile,
    replaced: replaced ?? null,
    epoch: staged.epoch.id,
    lastEventId: staged.epoch.afterEventId,
    requeued,
  }
}

/** Whoever ran something when the backup was made may have gone on, ended it, or died since. */
async function requeue(file: string): Promise<number> {
  await using store = openStore(file)
  // How long leases last does not matter: none is given.
  const deps = { clock: systemClock, ids, policy: defaultPolicy(0), random: Math.random }
  return store.write((tx) => endOpenAttempts(tx, deps))
}

function tell(printer: Printer, { replaced, lastEventId, requeued }: Restored): void {
  printer.line(
    `restored, up to event ${lastEventId}; ${requeued} attempts that were open go on anew`,
  )
  if (replaced !== null) printer.line(`the database before: ${replaced}`)
  printer.line('start the service again with: sleepless up')
}
