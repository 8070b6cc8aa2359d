import type { TaskView } from '@sleepless/contracts'
import type { Logger } from '@sleepless/runtime'

import type { TaskApi } from '../task-api.ts'

/** A slash command, as far as the gateway cares. */
export interface Command {
  /** What follows the command's name, as the person typed it. */
  readonly text: string
  readonly channel: string
  readonly user: string
  readonly team: string
  /** Names this delivery; Slack repeats it when it delivers the command again. */
  readonly envelope: string
}

export interface CommandDeps {
  readonly api: TaskApi
  readonly board: CommandBoard
  readonly logger: Logger
  /** How long an answer may take, in milliseconds. */
  readonly ackMs: number
}

/** What commands need of the status messages. */
export interface CommandBoard {
  /** Shows the task in its channel from now on. @returns whether it came through Slack. */
  track(task: TaskView): boolean
  /** @returns the task that the envelope brought, when it has been seen in the event stream. */
  taskOf(envelope: string): TaskView | undefined
  /** The person has been told that nothing came of the envelope: cancels what comes of it. */
  withdraw(envelope: string): void
  /** Takes a withdrawal back. */
  readmit(envelope: string): void
}

/** @returns what only the person who gave the command sees. */
export type CommandHandler = (deps: CommandDeps, command: Command) => Promise<string>
