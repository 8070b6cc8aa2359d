import type { TaskListQuery } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { collectTasks } from '../views/collect-tasks.ts'
import { taskCells } from '../views/task-cells.ts'
import { countOption, trashDaysOption } from './option-values.ts'

const listCommand: CliCommand = {
  name: 'list',
  summary: 'list what is in the trash',
  examples: [['sleepless trash list', 'what was put there last comes first']],
  configure(command) {
    command.option('-n, --limit <number>', 'at most so many', countOption, 50)
  },
  run: list,
}

const addCommand: CliCommand = {
  name: 'add',
  summary: 'put a task that has ended into the trash',
  examples: [['sleepless trash add tsk_0199…', 'it is left out of lists from now on']],
  notes: 'A task that has not ended is refused, with exit code 4: cancel it first.',
  configure(command) {
    command.argument('<id>')
  },
  run: (context, command) => move(context, command, 'trashTask'),
}

const restoreCommand: CliCommand = {
  name: 'restore',
  summary: 'take a task out of the trash',
  examples: [['sleepless trash restore tsk_0199…', 'it is as it was']],
  configure(command) {
    command.argument('<id>')
  },
  run: (context, command) => move(context, command, 'restoreTask'),
}

const emptyCommand: CliCommand = {
  name: 'empty',
  summary: 'do away with what is in the trash, for good',
  examples: [
    ['sleepless trash empty --older-than 30', 'what has been there for more than 30 days'],
    ['sleepless trash empty --older-than 0', 'all of it'],
  ],
  notes:
    'Texts, output, files and diffs go. What the event log tells stays, and so do branches, and repositories on the disks of workers.',
  configure(command) {
    command.requiredOption('--older-than <days>', 'what was put there before', trashDaysOption)
  },
  run: empty,
}

/** Tasks that were put away. */
export const trashCommand: CliCommand = {
  name: 'trash',
  examples: [
    ['sleepless trash add tsk_0199…', 'put a task away'],
    ['sleepless trash list', 'what there is'],
  ],
  subcommands: [listCommand, addCommand, restoreCommand, emptyCommand],
}

async function list(context: CliContext, command: Command): Promise<ExitCode> {
  const { client } = connect(context, command)
  const { limit } = command.opts<{ limit: number }>()
  const ask = (page: Pick<TaskListQuery, 'limit' | 'cursor'>) => client.trash(page)
  const found = await collectTasks(ask, limit)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(found)
  else if (found.items.length > 0) {
    printer.table(found.items.map((task) => taskCells(task, printer.isTty)))
  } else createPrinter(context.stderr, context.env).line('The trash is empty.')
  return EXIT_CODES.done
}

async function move(
  context: CliContext,
  command: Command,
  how: 'trashTask' | 'restoreTask',
): Promise<ExitCode> {
  const [id = ''] = command.args
  const task = await connect(context, command).client[how](id)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(task)
  else if (task.trashedAt === null) printer.line([task.id, 'bold'], ' is out of the trash.')
  else {
    printer.line([task.id, 'bold'], ' is in the trash. Take it back with: ', [
      `sleepless trash restore ${task.id}`,
      'cyan',
    ])
  }
  return EXIT_CODES.done
}

async function empty(context: CliContext, command: Command): Promise<ExitCode> {
  const { olderThan: olderThanDays } = command.opts<{ olderThan: number }>()
  const { client } = connect(context, command)
  let purged = 0
  for (;;) {
    const answer = await client.emptyTrash({ olderThanDays })
    purged += answer.purged
    if (!answer.more) break
  }
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json({ purged })
  else printer.line(`${purged} ${purged === 1 ? 'task is' : 'tasks are'} gone for good.`)
  return EXIT_CODES.done
}
