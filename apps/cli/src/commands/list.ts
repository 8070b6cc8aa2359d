import type { TaskListQuery, TaskView } from '@sleepless/contracts'
import { TASK_STATUSES, type TaskKind, type TaskStatus } from '@sleepless/domain'
import { InvalidArgumentError, Option, type Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { collectTasks } from '../views/collect-tasks.ts'
import { taskCells } from '../views/task-cells.ts'
import { countOption, instantOption } from './option-values.ts'

interface ListOptions {
  readonly status?: readonly TaskStatus[]
  readonly kind?: TaskKind
  readonly project?: string
  readonly parent?: string
  readonly followUpOf?: string
  readonly after?: string
  readonly before?: string
  readonly query?: string
  readonly limit: number
}

/** Finds tasks. */
export const listCommand: CliCommand = {
  name: 'list',
  examples: [
    ['sleepless list', 'the newest twenty'],
    ['sleepless list --status failed,canceled -p shop', 'what went wrong in a project'],
    ['sleepless list -q "parser test" --limit 5', 'by words; the last may be unfinished'],
    ['sleepless list --after 2026-01-01 --json | jq -r .items[].id', 'for a program'],
  ],
  notes: 'Tasks in the trash are not among them: sleepless trash list',
  configure(command) {
    command
      .option('-s, --status <statuses>', `one or more of ${TASK_STATUSES.join(', ')}`, statuses)
      .addOption(new Option('--kind <kind>', 'of this kind').choices(['thought', 'serious']))
      .option('-p, --project <name>', 'of this project')
      .option('--parent <id>', 'submitted on behalf of this task')
      .option('--follow-up-of <id>', 'that go on with this task')
      .option('--after <date>', 'submitted at this moment or later', instantOption)
      .option('--before <date>', 'submitted earlier than this', instantOption)
      .option('-q, --query <words>', 'with these words in prompt, summary or failure')
      .option('-n, --limit <number>', 'at most so many', countOption, 20)
  },
  run: list,
}

async function list(context: CliContext, command: Command): Promise<ExitCode> {
  const { limit, ...options } = command.opts<ListOptions>()
  const { client } = connect(context, command)
  const ask = (page: TaskListQuery) => client.tasks({ ...queryOf(options), ...page })
  const found = await collectTasks(ask, limit)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(found)
  else if (found.items.length > 0) printer.table(found.items.map(cellsOf(printer.isTty)))
  else createPrinter(context.stderr, context.env).line('No such tasks.')
  return EXIT_CODES.done
}

const cellsOf = (isTty: boolean) => (task: TaskView) => taskCells(task, isTty)

function queryOf(options: Omit<ListOptions, 'limit'>): TaskListQuery {
  const { status, kind, project, parent, followUpOf, after, before, query } = options
  return {
    ...(status && { status }),
    ...(kind && { kind }),
    ...(project !== undefined && { project }),
    ...(parent !== undefined && { parent }),
    ...(followUpOf !== undefined && { followUpOf }),
    ...(after !== undefined && { createdAfter: after }),
    ...(before !== undefined && { createdBefore: before }),
    ...(query !== undefined && { q: query }),
  }
}

function statuses(text: string): readonly TaskStatus[] {
  return text.split(',').map((name) => {
    const status = TASK_STATUSES.find((one) => one === name.trim())
    if (status !== undefined) return status
    throw new InvalidArgumentError(`Expected ${TASK_STATUSES.join(', ')}.`)
  })
}
