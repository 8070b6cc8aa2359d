import path from 'node:path'

import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { allPages } from '../connection/all-pages.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { concurrencyOption, eachOption } from './option-values.ts'
import { removeProjectCommand, updateProjectCommand } from './project-changes.ts'

interface AddOptions {
  readonly defaultBranch?: string
  readonly concurrency?: number
  readonly registries: boolean
  readonly allowHost?: readonly string[]
}

const listCommand: CliCommand = {
  name: 'list',
  offline: true,
  summary: 'list the projects',
  examples: [['sleepless projects list', 'name, remote and default branch of each']],
  run: list,
}

const addCommand: CliCommand = {
  name: 'add',
  summary: 'add a project',
  examples: [
    ['sleepless projects add shop git@github.com:acme/shop.git', 'a repository on a host'],
    ['sleepless projects add site ./site --default-branch main', 'one on this machine'],
    ['sleepless projects add api /srv/api.git --concurrency 1', 'one task at a time'],
    [
      'sleepless projects add web ./web --allow-host "*.example.com"',
      'its agents reach hosts below example.com, and package registries',
    ],
  ],
  notes: 'A path is taken relative to the working directory. The worker must reach the remote.',
  configure(command) {
    command
      .argument('<name>', 'lower-case letters, digits and hyphens')
      .argument('<remote>', 'address or path of the repository')
      .option('--default-branch <branch>', 'branch to start from; else what the remote says')
      .option('--concurrency <number>', 'how many of its tasks run at once', concurrencyOption)
      .option('--allow-host <name>', 'a host its agents may reach; repeatable', eachOption)
      .option('--no-registries', 'its agents may not read package registries')
  },
  run: add,
}

/** The repositories that tasks work on. */
export const projectsCommand: CliCommand = {
  name: 'projects',
  examples: [
    ['sleepless projects list', 'what there is'],
    ['sleepless projects add shop git@github.com:acme/shop.git', 'one more'],
  ],
  subcommands: [listCommand, addCommand, updateProjectCommand, removeProjectCommand],
}

async function list(context: CliContext, command: Command): Promise<ExitCode> {
  const { client } = connect(context, command)
  const items = await allPages((page) => client.projects(page))
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json({ items, nextCursor: null })
  else if (items.length > 0) {
    printer.table(
      items.map(({ name, remote, defaultBranch }) => [
        [name, 'bold'] as const,
        [defaultBranch ?? '-', 'dim'] as const,
        remote,
      ]),
    )
  } else {
    const hint = createPrinter(context.stderr, context.env)
    hint.line('No projects yet. Add one: ', ['sleepless projects add <name> <remote>', 'cyan'])
  }
  return EXIT_CODES.done
}

async function add(context: CliContext, command: Command): Promise<ExitCode> {
  const [name = '', remote = ''] = command.args
  const { defaultBranch, concurrency, registries, allowHost = [] } = command.opts<AddOptions>()
  const { client } = connect(context, command)
  const project = await client.createProject({
    name,
    remote: /^\.{1,2}(?:\/|$)/.test(remote) ? path.resolve(context.cwd, remote) : remote,
    ...(defaultBranch !== undefined && { defaultBranch }),
    ...(concurrency !== undefined && { concurrency }),
    egress: { registries, hosts: [...allowHost] },
  })
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) {
    printer.json(project)
    return EXIT_CODES.done
  }
  printer.line('Added ', [project.name, 'bold'], '. Give it something to do: ', [
    `sleepless think -p ${project.name} "…"`,
    'cyan',
  ])
  return EXIT_CODES.done
}
