import { addAbortListener } from 'node:events'

import type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
} from '@sleepless/domain'

import { failed, stopped } from '../outcomes.ts'
import { AgentSpawnError, startAgent, type AgentProcess } from '../process/agent-process.ts'
import { merge } from '../process/merge.ts'
import { createTextTail } from '../process/text-tail.ts'
import { toldLater } from '../told-later.ts'
import { commandVerdict } from './command-verdict.ts'
import { findProgram } from './find-program.ts'
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
  /** How much output is passed on, in characters. Default: 64 Mi. */
  readonly maxOutputCharacters?: number
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const MAX_LINE_CHARACTERS = 64 * 1024
const MAX_OUTPUT_CHARACTERS = 64 * 2 ** 20
// What fits into the summary of a task: all of the output is kept elsewhere.
const ANSWER_CHARACTERS = 1000

function inputOf(order: AgentOrder): string {
  const added = toldLater(order)
  return added === undefined ? order.prompt : `${order.prompt}\n\n${added}\n`
}

/** All of the program's environment. */
function environmentOf(
  { taskId, attemptId }: AgentOrder,
  { homePath }: AgentContext,
  { path = DEFAULT_PATH }: CommandExecutorOptions,
): Readonly<Record<string, string>> {
  return {
    PATH: path,
    LANG: 'C.UTF-8',
    HOME: homePath,
    TMPDIR: homePath,
    SLEEPLESS_TASK_ID: taskId,
    SLEEPLESS_ATTEMPT_ID: attemptId,
  }
}

async function start(
  order: AgentOrder,
  context: AgentContext,
  options: CommandExecutorOptions,
): Promise<AgentProcess | AgentOutcome> {
  const { file, args = [], killGraceMs } = options
  try {
    return await startAgent(
      {
        file,
        args,
        env: environmentOf(order, context, options),
        cwd: context.workspacePath,
        input: inputOf(order),
        runId: order.attemptId,
        directories: [context.workspacePath, context.homePath],
      },
      { timeoutMs: order.timeoutMs, killGraceMs },
    )
  } catch (error) {
    // It is not looked for before each start, which almost always goes well.
    const found = await findProgram(file)
    if (error instanceof AgentSpawnError && !found.available)
      return failed(found.code, found.detail)
    return failed('AGENT_CRASHED', `The program could not be started: ${String(error)}`)
  }
}

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
  const started = await start(order, context, options)
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
  return commandVerdict(ending, { answer, complaint, timeoutMs: order.timeoutMs })
}

/**
 * Runs one program that the worker's owner has named, for each task that asks for it: the prompt is
 * its input, what it prints is the task's output, and the end of that the answer. Its process is
 * held as an agent's is, and it runs with all rights of the worker's user.
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
