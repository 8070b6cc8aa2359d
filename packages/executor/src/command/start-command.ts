import { realpath } from 'node:fs/promises'

import {
  SANDBOX_PATHS,
  SandboxError,
  type AgentContext,
  type AgentOrder,
  type AgentOutcome,
  type Sandbox,
} from '@sleepless/domain'

import { failed } from '../outcomes.ts'
import { AgentSpawnError, type AgentCommand } from '../process/agent-process.ts'
import { startBare, startShut, type HeldProcess } from '../process/start-shut.ts'
import { toldLater } from '../told-later.ts'
import type { CommandExecutorOptions } from './command-executor.ts'
import { findProgram } from './find-program.ts'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** @returns the failure when it could not be started. */
export async function startCommand(
  order: AgentOrder,
  context: AgentContext,
  options: CommandExecutorOptions,
): Promise<HeldProcess | AgentOutcome> {
  const { killGraceMs } = options
  const limits = { timeoutMs: order.timeoutMs, killGraceMs }
  const sandbox = options.sandbox?.()
  try {
    if (sandbox === undefined) return await startBare(commandOf(order, context, options), limits)
    return await startInside(order, context, options, sandbox)
  } catch (error) {
    // It is not looked for before each start, which almost always goes well.
    const found = await findProgram(options.file)
    if (error instanceof SandboxError) return failed('SANDBOX_UNAVAILABLE', error.message)
    if (error instanceof AgentSpawnError && !found.available) {
      return failed(found.code, found.detail)
    }
    return failed('AGENT_CRASHED', `The program could not be started: ${String(error)}`)
  }
}

async function startInside(
  order: AgentOrder,
  context: AgentContext,
  options: CommandExecutorOptions,
  sandbox: Sandbox,
): Promise<HeldProcess | AgentOutcome> {
  const { file, killGraceMs } = options
  // Inside, a program that is not there would be an error of the sandbox.
  const found = await findProgram(file)
  if (!found.available) return failed(found.code, found.detail)
  const places = { workspacePath: SANDBOX_PATHS.workspace, homePath: SANDBOX_PATHS.home }
  const shown = await packageOf(file)
  const readOnlyPaths = [...(context.readOnlyPaths ?? []), ...shown]
  return startShut(
    commandOf(order, places, options),
    { timeoutMs: order.timeoutMs, killGraceMs },
    { sandbox, context: { ...context, readOnlyPaths }, sockets: {} },
  )
}

/** A program below `/opt` lies among all that belongs to it, in a folder there. Of others, the file alone is shown. */
async function packageOf(file: string): Promise<readonly string[]> {
  const paths = [...new Set([file, await realpath(file)])]
  return paths.flatMap((path) => /^\/opt\/[^/]+(?=\/)/.exec(path)?.[0] ?? [])
}

/** As it is where it runs. */
function commandOf(
  order: AgentOrder,
  { workspacePath, homePath }: Pick<AgentContext, 'workspacePath' | 'homePath'>,
  { file, args = [], path = DEFAULT_PATH }: CommandExecutorOptions,
): AgentCommand {
  return {
    file,
    args,
    env: {
      PATH: path,
      LANG: 'C.UTF-8',
      HOME: homePath,
      TMPDIR: homePath,
      SLEEPLESS_TASK_ID: order.taskId,
      SLEEPLESS_ATTEMPT_ID: order.attemptId,
    },
    cwd: workspacePath,
    input: inputOf(order),
    runId: order.attemptId,
    directories: [workspacePath, homePath],
  }
}

function inputOf(order: AgentOrder): string {
  const added = toldLater(order)
  return added === undefined ? order.prompt : `${order.prompt}\n\n${added}\n`
}
