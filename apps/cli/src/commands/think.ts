import { randomUUID } from 'node:crypto'

import {
  ApiUnreachableError,
  type ApiClient,
  type SubmitTaskBody,
  type TaskView,
} from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { printNextSteps } from '../views/next-steps.ts'
import { addThinkOptions, submissionOf, type ThinkOptions } from './think-options.ts'
import { readPrompt } from './think-prompt.ts'

/** Hands over a task. */
export const thinkCommand: CliCommand = {
  name: 'think',
  examples: [
    ['sleepless think "Which sorting algorithm suits a linked list?"', 'a thought'],
    ['sleepless think -p shop "Add a test for the empty cart" --wait', 'work on a project'],
    ['sleepless think --file plan.md --priority 80 --budget 2.50', 'a prompt from a file'],
    ['git diff | sleepless think -', 'a prompt through a pipe'],
    ['sleepless think', 'a prompt from your editor'],
    ['sleepless think --not-before 2026-01-31T22:00 "Go through the log"', 'at night'],
    ['sleepless think --depends-on tsk_0199… "Sum it up"', 'after another task'],
    ['sleepless think --executor command:lint --label gpu x', 'by a program, on such a worker'],
  ],
  notes: `Prints the id of the task; what is said besides goes to standard error. Without a text, a terminal
opens VISUAL or EDITOR; a text left empty submits nothing, and is exit code 2.
With --wait the exit code tells how the task ended: 0 done, 1 failed or canceled, 75 when it waits
for quota. Ctrl-C then ends the waiting, never the task.`,
  configure(command) {
    command.argument('[text...]', 'the prompt, or - to read it from standard input')
    addThinkOptions(command)
  },
  run: think,
}

async function think(context: CliContext, command: Command): Promise<ExitCode> {
  const options = command.opts<ThinkOptions>()
  const { json } = globalOptions(command)
  const prompt = await readPrompt({ words: command.args, file: options.file }, context)
  const connection = connect(context, command)
  const task = await submit(connection.client, submissionOf(prompt, options))

  const stdout = createPrinter(context.stdout, context.env)
  const stderr = createPrinter(context.stderr, context.env)
  if (json !== true) stdout.line(task.id)
  if (options.wait === true) {
    const { waitForOutcome } = await import('../waiting/wait-for-outcome.ts')
    return waitForOutcome(task, { context, connection, json: json === true })
  }
  if (json === true) stdout.json(task)
  else printNextSteps(stderr, task)
  return EXIT_CODES.done
}

/** A connection that broke leaves it open whether the task was taken; the key makes asking again safe. */
async function submit(client: ApiClient, body: SubmitTaskBody): Promise<TaskView> {
  const idempotencyKey = randomUUID()
  try {
    return await client.submitTask(body, { idempotencyKey })
  } catch (error) {
    if (!(error instanceof ApiUnreachableError)) throw error
    return client.submitTask(body, { idempotencyKey })
  }
}
