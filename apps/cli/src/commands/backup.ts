import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

import { backUpDatabase, stampOf, type Backup } from '@sleepless/storage'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { databaseError } from '../database/database-error.ts'
import { homeOf } from '../database/home-of.ts'
import { createProgressLine } from '../database/progress-line.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Printer } from '../terminal/printer.ts'

/** Copies the database while the service runs. */
export const backupCommand: CliCommand = {
  name: 'backup',
  examples: [
    ['sleepless backup', 'into $SLEEPLESS_HOME/backups, while the service runs'],
    ['sleepless backup --to /mnt/nas/sleepless.db', 'into a file that is not there yet'],
    ['sleepless backup --json', '{file, bytes, events, headId, headHash, epoch, schemaVersion, …}'],
  ],
  notes:
    'The copy is verified before it gets its name. Results and workspaces are files of their own.',
  configure: (command) => command.option('--to <file>', 'where to put it'),
  run: backup,
}

async function backup(context: CliContext, command: Command): Promise<ExitCode> {
  const { json } = globalOptions(command)
  const { to } = command.opts<{ readonly to?: string }>()
  const home = homeOf(context)
  if (statSync(home.databaseFile, { throwIfNoEntry: false }) === undefined) {
    throw new CliError(`there is no database in ${home.path}`, {
      exitCode: EXIT_CODES.notFound,
      remedy: 'Set SLEEPLESS_HOME to the home of the service',
    })
  }
  try {
    using progress = createProgressLine(context, context.signal)
    const file = home.databaseFile
    const target = targetOf(to, home.backupsPath, context.cwd)
    const done = await backUpDatabase({ file, target, onProgress: progress.show })
    progress[Symbol.dispose]()
    const printer = createPrinter(context.stdout, context.env)
    if (json === true) printer.json(done)
    else tell(printer, done)
    return EXIT_CODES.done
  } catch (error) {
    if (context.signal.aborted) return EXIT_CODES.interrupted
    throw databaseError(error)
  }
}

function targetOf(to: string | undefined, backupsPath: string, cwd: string): string {
  const name = `tasks-${stampOf(new Date())}.db`
  if (to === undefined) {
    mkdirSync(backupsPath, { recursive: true, mode: 0o700 })
    return path.join(backupsPath, name)
  }
  const target = path.resolve(cwd, to)
  const isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true
  return isDirectory ? path.join(target, name) : target
}

function tell(printer: Printer, made: Backup): void {
  const { file, bytes, events, headId, headHash, schemaVersion } = made
  printer.line(file)
  const size = `${(bytes / 1024 ** 2).toFixed(1)} MiB`
  printer.line(`verified: pages and references sound, ${events} events in an unbroken chain`)
  printer.line(`${size}, schema version ${schemaVersion}, head ${headId}:${headHash}`)
}
