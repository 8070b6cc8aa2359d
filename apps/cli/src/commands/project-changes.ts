import type { ChangeProjectBody } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { concurrencyOption, eachOption } from './option-values.ts'

interface UpdateOptions {
  /** False for `--no-default-branch`. */
  readonly defaultBranch?: string | false
  readonly concurrency?: number | false
  readonly registries?: boolean
  /** False for `--no-hosts`. */
  readonly hosts?: false
  readonly allowHost?: readonly string[]
}

export const updateProjectCommand: CliCommand = {
  name: 'update',
  summary: 'change how the tasks of a project run',
  examples: [
    ['sleepless projects update shop --concurrency 2', 'two of its tasks at a time'],
    ['sleepless projects update shop --no-concurrency', 'as many as workers take'],
    ['sleepless projects update web --allow-host cdn.example.com', 'this host, and no other'],
  ],
  notes:
    'What is not named stays as it is; tasks that run go on as they began. Name and remote stay: remove the project, and add it again.',
  configure(command) {
    command
      .argument('<name>')
      .option('--default-branch <branch>', 'branch to start from')
      .option('--no-default-branch', 'start from what the remote says')
      .option('--concurrency <number>', 'how many of its tasks run at once', concurrencyOption)
      .option('--no-concurrency', 'as many as workers take')
      .option(
        '--allow-host <name>',
        'hosts its agents may reach, in place of those before',
        eachOption,
      )
      .option('--no-hosts', 'its agents reach no hosts')
      .option('--registries', 'its agents may read package registries')
      .option('--no-registries', 'its agents may not read them')
  },
  run: update,
}

export const removeProjectCommand: CliCommand = {
  name: 'remove',
  summary: 'take a project out of use',
  examples: [['sleepless projects remove shop', 'its tasks keep its name']],
  notes: 'While a task of it has not ended, this is refused: exit code 4.',
  configure(command) {
    command.argument('<name>')
  },
  async run(context, command) {
    const [name = ''] = command.args
    await connect(context, command).client.removeProject(name)
    const printer = createPrinter(context.stdout, context.env)
    if (globalOptions(command).json === true) printer.json({ name, removed: true })
    else printer.line('Removed ', [name, 'bold'], '.')
    return EXIT_CODES.done
  },
}

async function update(context: CliContext, command: Command): Promise<ExitCode> {
  const [name = ''] = command.args
  const { client } = connect(context, command)
  const project = await client.changeProject(name, changeOf(command))
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(project)
  else printer.line('Changed ', [project.name, 'bold'], '.')
  return EXIT_CODES.done
}

function changeOf(command: Command): ChangeProjectBody {
  const { defaultBranch, concurrency, registries, hosts, allowHost } = givenOf(command)
  const reached = hosts === false ? [] : allowHost
  const egress = {
    ...(registries !== undefined && { registries }),
    ...(reached && { hosts: [...reached] }),
  }
  return {
    ...(defaultBranch !== undefined && { defaultBranch: defaultBranch || null }),
    ...(concurrency !== undefined && { concurrency: concurrency || null }),
    ...(Object.keys(egress).length > 0 && { egress }),
  }
}

/** An option that can be switched off is on by default: only what was typed counts. */
function givenOf(command: Command): UpdateOptions {
  const typed = Object.entries(command.opts<UpdateOptions>()).filter(
    ([name]) => command.getOptionValueSource(name) === 'cli',
  )
  return Object.fromEntries(typed)
}
