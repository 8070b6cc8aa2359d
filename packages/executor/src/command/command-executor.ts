import { addAbortListener } from 'node:events'

import type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
  Sandbox,
} from '@sleepless/domain'

import { stopped } from '../outcomes.ts'
import { merge } from '../process/merge.ts'
import { createTextTail } from '../process/text-tail.ts'
import { commandVerdict } from './command-verdict.ts'
import { findProgram } from './find-program.ts'
import { startCommand } from './start-command.ts'
import { wholeLines } from './whole-lines.ts'

export interface CommandExecutorOptions {
  /** Tasks choose it as `command:<name>`. */
  readonly name: string
  /** Absolute path of the program. */
  readonly file: string
  /** What it is given besides. Nothing of a task is ever among it. */
  readonly args?: readonly string[]
  /** Between SIGTERM and SIGKILL when it is stopped, in milliseconds. */
  readonly killGraceMs: number
  /** PATH of the program. Default: the usual system directories. */
  readonly path?: string | undefined
  /** Where it is shut in, asked for each run; undefined: it has all rights of the worker's user. */
  readonly sandbox?: () => Sandbox | undefined
  /** How much output is passed on, in characters. Default: 64 Mi. */
  readonly maxOutputCharacters?: number
}

const MAX_LINE_CHARACTERS = 64 * 1024
const MAX_OUTPUT_CHARACTERS = 64 * 2 ** 20
// What fits into the summary of a task: all of the output is kept elsewhere.
const ANSWER_CHARACTERS = 1000

interface Said {
  readonly text: string
  readonly isError: boolean
}

async function* said(
  chunks: AsyncIterable<Buffer>,
  isError: boolean,
): AsyncGenerator<Said, void, undefined> {
  for await (const text of wholeLines(chunks, MAX_LINE_CHARACTERS)) yield { text, isError }
}

async function* run(
  order: AgentOrder,
  context: AgentContext,
  options: CommandExecutorOptions,
): AsyncGenerator<AgentEvent, AgentOutcome, undefined> {
  if (context.signal.aborted) return stopped()
  const started = await startCommand(order, context, options)
  if ('kind' in started) return started
  await using program = started
  using _listener = addAbortListener(context.signal, () => program.stop('aborted'))
  yield { type: 'started', pid: program.pid }
  for (const { number } of order.messages) yield { type: 'heard', number }

  const answer = createTextTail(ANSWER_CHARACTERS)
  const complaint = createTextTail(ANSWER_CHARACTERS)
  const { maxOutputCharacters = MAX_OUTPUT_CHARACTERS } = options
  let room = maxOutputCharacters
  for await (const { text, isError } of merge([
    said(program.output, false),
    said(program.errors, true),
  ])) {
    const tail = isError ? complaint : answer
    tail.add(text)
    if (text.length <= room) yield { type: 'output', text }
    else if (room >= 0) {
      yield {
        type: 'warned',
        message: `Output after ${maxOutputCharacters} characters was dropped.`,
      }
    }
    room = text.length <= room ? room - text.length : -1
  }

  const ending = await program.ended
  if (ending.survivors.length > 0) {
    const message = `Processes of the program could not be killed: ${ending.survivors.join(', ')}`
    yield { type: 'warned', message }
  }
  const limits = {
    timeoutMs: order.timeoutMs,
    hit: await program.limitsHit(),
    disk: program.diskFull(),
  }
  return commandVerdict(ending, { answer, complaint, limits })
}

/**
 * Runs one program that the worker's owner has named, for each task that asks for it: the prompt is
 * its input, what it prints is the task's output, and the end of that the answer. Its process is
 * held as an agent's is: in a sandbox or, without one, with all rights of the worker's user.
 */
export function createCommandExecutor(options: CommandExecutorOptions): Executor {
  return {
    name: `command:${options.name}`,
    needsWorkspace: false,
    capabilities: { resume: false, steer: false, usage: false, jsonSchema: false },
    probe: () => findProgram(options.file),
    run: (order, context) => run(order, context, options),
  }
}
