import { randomUUID } from 'node:crypto'

import { ApiUnreachableError, type ApiClient, type MessageView } from '@sleepless/contracts'
import type { Command } from 'commander'

import { globalOptions, type CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'
import { readMessage } from './think-prompt.ts'

interface SendOptions {
  readonly file?: string
}

/** Says something to the agent of a task. */
export const sendCommand: CliCommand = {
  name: 'send',
  examples: [
    ['sleepless send tsk_0199… "Leave the old tests as they are"', 'to the agent that runs'],
    ['git diff | sleepless send tsk_0199… -', 'a message through a pipe'],
  ],
  notes: `A running agent is given it after the tool call that it is at; without one, the next one is.
"sleepless show" says what no agent was given. To a task that has ended nothing can be said any more:
that is exit code 4.`,
  configure(command) {
    command.argument('<id>', 'the task')
    command.argument('[text...]', 'the message, or - to read it from standard input')
    command.option('--file <path>', 'read the message from a file')
  },
  run: send,
}

async function send(context: CliContext, command: Command): Promise<ExitCode> {
  const [id = '', ...words] = command.args
  const { file } = command.opts<SendOptions>()
  const text = await readMessage({ words, file }, context)
  const { client } = connect(context, command)
  const message = await sendOnce(client, id, text)
  const printer = createPrinter(context.stdout, context.env)
  if (globalOptions(command).json === true) printer.json(message)
  else
    printer.line(`Message ${message.number} is kept for the agent. See: `, [
      `sleepless show ${id}`,
      'cyan',
    ])
  return EXIT_CODES.done
}

/** A connection that broke leaves it open whether the message was taken; the key makes asking again safe. */
async function sendOnce(client: ApiClient, id: string, text: string): Promise<MessageView> {
  const idempotencyKey = randomUUID()
  try {
    return await client.sendMessage(id, text, { idempotencyKey })
  } catch (error) {
    if (!(error instanceof ApiUnreachableError)) throw error
    return client.sendMessage(id, text, { idempotencyKey })
  }
}
