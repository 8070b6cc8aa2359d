import type { ChangeSettingsBody, SettingsView } from '@sleepless/contracts'
import { InvalidArgumentError, type Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { formatDuration } from '../terminal/duration.ts'
import { createPrinter } from '../terminal/printer.ts'
import { durationOption } from './option-values.ts'

type Name = keyof SettingsView

/** Each setting: what it is for, and what its text stands for. */
const SETTINGS: Readonly<Record<Name, readonly [about: string, parse: (text: string) => unknown]>> =
  {
    dailyBudgetUsd: ['what all tasks together may cost in a day (UTC), in dollars', Number],
    defaultTimeoutMs: ['limit of an attempt of tasks that name none, such as 30m', durationOption],
    defaultPriority: ['priority of tasks that name none, 0 to 100', Number],
    defaultModel: ['model of tasks that name none', String],
    trashDays: ['days after which the trash is emptied', Number],
  }
const NAMES = Object.keys(SETTINGS).join(', ')

const getCommand: CliCommand = {
  name: 'get',
  summary: 'print one setting, or all of them',
  examples: [
    ['sleepless config get', 'all settings'],
    ['sleepless config get trashDays', 'one of them'],
  ],
  notes: `There are ${NAMES}. A dash stands for what is not set.`,
  configure(command) {
    command.argument('[name]')
  },
  run: get,
}

const setCommand: CliCommand = {
  name: 'set',
  summary: 'change a setting',
  examples: [
    ['sleepless config set dailyBudgetUsd 20', 'spend no more than that in a day'],
    ['sleepless config set defaultTimeoutMs 30m', 'for tasks that name none'],
    ['sleepless config set trashDays none', 'never empty the trash by itself'],
  ],
  notes: `There are ${NAMES}. "none" takes a setting back: then it is as configured, or off.`,
  configure(command) {
    command.argument('<name>').argument('<value>')
  },
  run: set,
}

/** What can be set while the service runs. */
export const configCommand: CliCommand = {
  name: 'config',
  examples: [
    ['sleepless config get', 'what is set'],
    ['sleepless config set dailyBudgetUsd 20', 'and something else'],
  ],
  subcommands: [getCommand, setCommand],
}

async function get(context: CliContext, command: Command): Promise<ExitCode> {
  const [name] = command.args
  if (name !== undefined) assertName(name)
  const settings = await connect(context, command).client.settings()
  print(context, command, name === undefined ? settings : { [name]: settings[name] })
  return EXIT_CODES.done
}

async function set(context: CliContext, command: Command): Promise<ExitCode> {
  const [name = '', text = ''] = command.args
  assertName(name)
  const value = text === 'none' ? null : valueOf(name, text)
  if (Number.isNaN(value)) throw usage(`expected a number for ${name}, got ${JSON.stringify(text)}`)
  // Whether it fits is for the service to say, which names the field.
  const body: ChangeSettingsBody = { [name]: value }
  const settings = await connect(context, command).client.changeSettings(body)
  print(context, command, { [name]: settings[name] })
  return EXIT_CODES.done
}

/** @throws {CliError} */
function valueOf(name: Name, text: string): unknown {
  try {
    return SETTINGS[name][1](text)
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw usage(`${name}: ${error.message}`)
    throw error
  }
}

function print(context: CliContext, command: Command, settings: Partial<SettingsView>): void {
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) return printer.json(settings)
  const entries = Object.entries(settings)
  return printer.table(
    entries.map(([name, value]) => [[name, 'bold'] as const, textOf(name, value)]),
  )
}

function textOf(name: string, value: string | number | null): string {
  if (value === null) return '-'
  return name === 'defaultTimeoutMs' ? formatDuration(Number(value)) : String(value)
}

function assertName(name: string): asserts name is Name {
  if (!Object.hasOwn(SETTINGS, name)) {
    throw usage(`there is no setting ${JSON.stringify(name)}`)
  }
}

function usage(message: string): CliError {
  return new CliError(message, { remedy: `There are ${NAMES}`, exitCode: EXIT_CODES.usage })
}
