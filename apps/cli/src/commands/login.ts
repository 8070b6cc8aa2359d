import type { LoginLinkView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { formatDuration } from '../terminal/duration.ts'
import { createPrinter } from '../terminal/printer.ts'

/** Prints a link that signs a browser in. It is for whoever reads it, and so for no process list. */
export const loginCommand: CliCommand = {
  name: 'login',
  examples: [
    ['sleepless login', 'a link to open in a browser'],
    ['sleepless login --json | jq -r .url', 'for a program'],
  ],
  notes: `The link opens one session, which may do what your token may. It stands alone on standard output;
how long it is good is said on standard error. Open it yourself: a program that is handed a link shows
it to everybody who lists the processes of this machine.`,
  run: login,
}

async function login(context: CliContext, command: Command): Promise<ExitCode> {
  const { client, url } = connect(context, command)
  const view = await client.createLoginLink()
  const link = linkOf(url, view)
  const stdout = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) {
    stdout.json({ ...view, url: link })
    return EXIT_CODES.done
  }
  stdout.line(link)
  const leftMs = Date.parse(view.expiresAt) - Date.now()
  createPrinter(context.stderr, context.env).line(
    `Good for one browser, and for ${formatDuration(leftMs)}.`,
  )
  return EXIT_CODES.done
}

/** The service may be below a path of its host. */
function linkOf(url: string, { path }: LoginLinkView): string {
  return `${url.replace(/\/+$/, '')}${path}`
}
