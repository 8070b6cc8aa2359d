import type { SubmitTaskBody } from '@sleepless/contracts'

import { code } from '../slack/escape.ts'
import { within } from '../wait.ts'
import type { Command, CommandDeps } from './command.ts'
import { parseThinkText, type ThinkRequest } from './think-text.ts'
import { isSilence, troubleText } from './trouble.ts'

export const THINK_USAGE = [
  'Give me something to think about: `/think <text>`',
  'Or something to do in a project: `/think -p <project> <text>`',
].join('\n')

const NOT_ACCEPTED = [
  ':warning: *Nothing was accepted*: the Sleepless service did not answer in time.',
  'Send the command again in a minute; if it stays like this, somebody has to look at the service.',
].join(' ')

/**
 * `/think [-p project] <text>`: resolves once the task is on the service's disk, or once it is
 * certain that no task will come of the command.
 */
export async function think(deps: CommandDeps, command: Command): Promise<string> {
  const request = parseThinkText(command.text)
  if (request === undefined) return THINK_USAGE
  const body = taskOf(request, command)
  const { api, board, logger, ackMs } = deps
  try {
    const task = await within(ackMs, (signal) =>
      api.submitTask(body, { idempotencyKey: command.envelope, signal }),
    )
    board.readmit(command.envelope)
    board.track(task)
    logger.info({ taskId: task.id, envelope: command.envelope }, 'task submitted')
    return accepted(task.id)
  } catch (error) {
    if (!isSilence(error)) return troubleText(error)
    // The answer is late or lost, but the event stream may have brought the task already.
    const seen = board.taskOf(command.envelope)
    if (seen !== undefined) return accepted(seen.id)
    // The service may still read the aborted request; then the task is canceled as soon as it is
    // seen, so that what we say here stays true.
    board.withdraw(command.envelope)
    logger.info({ envelope: command.envelope }, 'command refused: no answer of the api')
    return NOT_ACCEPTED
  }
}

function taskOf({ project, prompt }: ThinkRequest, command: Command): SubmitTaskBody {
  const { channel, user, team, envelope } = command
  return {
    prompt,
    requester: `slack:${user}`,
    metadata: { slack: { channel, user, team, envelope } },
    ...(project !== undefined && { project }),
  }
}

function accepted(id: string): string {
  return `Accepted as ${code(id)}. I report in this channel.`
}
