import type { ApiClient, WorkerView } from '@sleepless/contracts'
import { Option, type Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter, type Paint, type Printer, type Span } from '../terminal/printer.ts'
import { localTime } from '../views/task-text.ts'

type Status = WorkerView['status']

const PAGE = 200

const paints: Readonly<Record<Status, Paint>> = {
  online: 'green',
  draining: 'yellow',
  lost: 'red',
  left: 'dim',
}

const drainCommand: CliCommand = {
  name: 'drain',
  summary: 'let a worker take nothing new',
  examples: [['sleepless workers drain build-3:4711', 'by its name, or by its id']],
  notes: 'What it runs goes on to its end. It holds until the worker is resumed, or ends.',
  configure: (command) => command.argument('<worker>', 'id or name'),
  run: (context, command) => act(context, command, (client, id) => client.drainWorker(id)),
}

const resumeCommand: CliCommand = {
  name: 'resume',
  summary: 'let it take tasks again',
  examples: [['sleepless workers resume build-3:4711', 'by its name, or by its id']],
  configure: (command) => command.argument('<worker>', 'id or name'),
  run: (context, command) => act(context, command, (client, id) => client.resumeWorker(id)),
}

/** Who does the work. */
export const workersCommand: CliCommand = {
  name: 'workers',
  examples: [
    ['sleepless workers', 'those that are there, with what they run'],
    ['sleepless workers --status lost', 'those that fell silent'],
  ],
  configure(command) {
    command.addOption(
      new Option('--status <status>', 'only those').choices(['online', 'draining', 'lost', 'left']),
    )
  },
  run: list,
  subcommands: [drainCommand, resumeCommand],
}

async function list(context: CliContext, command: Command): Promise<ExitCode> {
  const { status } = command.opts<{ readonly status?: Status }>()
  const { client } = connect(context, command)
  const items = status === undefined ? await present(client) : await first(client, status)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json({ items, nextCursor: null })
  else if (items.length > 0) printWorkers(printer, items)
  else createPrinter(context.stderr, context.env).line('There is no such worker at present.')
  return EXIT_CODES.done
}

/** The newest of them. */
async function first(client: ApiClient, status: Status): Promise<readonly WorkerView[]> {
  return (await client.workers({ status, limit: PAGE })).items
}

async function present(client: ApiClient): Promise<readonly WorkerView[]> {
  return [...(await first(client, 'online')), ...(await first(client, 'draining'))]
}

async function act(
  context: CliContext,
  command: Command,
  ask: (client: ApiClient, id: string) => Promise<WorkerView>,
): Promise<ExitCode> {
  const [named = ''] = command.args
  const { client } = connect(context, command)
  const id = named.startsWith('wrk_') ? named : await idOf(client, named)
  const worker = await ask(client, id)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(worker)
  else printWorkers(printer, [worker])
  return EXIT_CODES.done
}

/** @throws {CliError} unless exactly one worker that is there has the name. */
async function idOf(client: ApiClient, name: string): Promise<string> {
  const [worker, another] = (await present(client)).filter((one) => one.name === name)
  if (worker === undefined) {
    const remedy = 'See which there are with: sleepless workers'
    throw new CliError(`there is no worker ${name}`, { exitCode: EXIT_CODES.notFound, remedy })
  }
  if (another !== undefined) {
    const remedy = 'Name it by its id. See: sleepless workers'
    const exitCode = EXIT_CODES.conflict
    throw new CliError(`there is more than one worker ${name}`, { exitCode, remedy })
  }
  return worker.id
}

function printWorkers(printer: Printer, workers: readonly WorkerView[]): void {
  printer.table(workers.map(rowOf))
}

function rowOf(worker: WorkerView): readonly Span[] {
  const { id, name, status, running, concurrency, labels, seenAt } = worker
  return [
    [name, 'bold'],
    [status, paints[status]],
    `${running.length} of ${concurrency}`,
    [id, 'dim'],
    labels.join(', ') || '-',
    [
      ...running.map(({ taskId }) => taskId),
      ...troublesOf(worker),
      `seen ${localTime(seenAt)}`,
    ].join(', '),
  ]
}

/** What keeps it from taking tasks. */
function troublesOf({ executors, shortage }: WorkerView): readonly string[] {
  const unable = Object.entries(executors).flatMap(([name, { code }]) =>
    code === null ? [] : [`${name}: ${code}`],
  )
  return shortage === null ? unable : [...unable, `short of ${shortage.resource}`]
}
