import type { App } from '@slack/bolt'

import { cancel } from './cancel.ts'
import { check } from './check.ts'
import type { CommandDeps, CommandHandler } from './command.ts'
import { think } from './think.ts'

const HANDLERS: Readonly<Record<string, CommandHandler>> = {
  '/think': think,
  '/check': check,
  '/cancel': cancel,
}

const DEFECT =
  ':warning: Something went wrong here, and nothing was done. The log of the Slack gateway has the details.'

/** Answers the slash commands. Each is acknowledged with its answer, so not before that is known. */
export function registerCommands(app: App, deps: CommandDeps): void {
  for (const [name, handler] of Object.entries(HANDLERS)) {
    app.command(name, async ({ command, context, ack }) => {
      const text = await answer(handler, deps, {
        text: command.text,
        channel: command.channel_id,
        user: command.user_id,
        team: command.team_id,
        envelope: String(context['envelopeId']),
      })
      await ack({ response_type: 'ephemeral', text })
    })
  }
}

async function answer(
  handler: CommandHandler,
  deps: CommandDeps,
  command: Parameters<CommandHandler>[1],
): Promise<string> {
  try {
    return await handler(deps, command)
  } catch (err) {
    deps.logger.error({ err, envelope: command.envelope }, 'a slack command failed')
    return DEFECT
  }
}
