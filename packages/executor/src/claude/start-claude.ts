import { mkdir } from 'node:fs/promises'

import {
  SANDBOX_PATHS,
  SandboxError,
  type AgentContext,
  type AgentOrder,
  type AgentOutcome,
  type ModelAccess,
  type Sandbox,
} from '@sleepless/domain'

import { activityLimits, type ActivityLimits } from '../activity/activity-limits.ts'
import { failed } from '../outcomes.ts'
import { AgentSpawnError, type AgentLimits } from '../process/agent-process.ts'
import {
  startBare as startAsUser,
  startShut as startInSandbox,
  type HeldProcess,
} from '../process/start-shut.ts'
import { claudeCommand, temporaryPath } from './claude-command.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import { findClaude } from './find-claude.ts'
import { placeTranscript } from './resume-session.ts'

/** Where the agent finds the gateway inside a sandbox. */
const MODEL_SOCKET = '/run/sleepless/model.sock'

const NO_BINARY = 'There is no Claude Code binary that could be executed'

export function noBinary({ binary }: Pick<ClaudeExecutorOptions, 'binary'>): string {
  const where = binary ?? 'in @anthropic-ai/claude-code'
  return `${NO_BINARY}: ${where}`
}

export interface StartOptions {
  readonly binary: string
  readonly order: AgentOrder
  readonly context: AgentContext
  readonly options: ClaudeExecutorOptions
  readonly access: ModelAccess
  /** undefined: it runs as a process of the worker's user. */
  readonly sandbox: Sandbox | undefined
}

/** A running Claude Code. */
export interface ClaudeProcess extends HeldProcess {
  /** As it sees it. */
  readonly workspacePath: string
  readonly toolAccess: ClaudeExecutorOptions['toolAccess']
  readonly limits: AgentLimits & ActivityLimits
}

/** @returns the failure when it could not be started. */
export async function startClaude(given: StartOptions): Promise<ClaudeProcess | AgentOutcome> {
  const { options, context, sandbox } = given
  try {
    await mkdir(temporaryPath(context), { recursive: true })
    const seen = sandbox === undefined ? context.workspacePath : SANDBOX_PATHS.workspace
    await placeTranscript(given.order, context, seen)
    return await (sandbox === undefined ? startBare(given) : startShut(given, sandbox))
  } catch (error) {
    if (error instanceof SandboxError) return failed('SANDBOX_UNAVAILABLE', error.message)
    // ENOENT alone does not tell a binary that has just gone from a workspace that has.
    if (error instanceof AgentSpawnError && (await findClaude(options.binary)) === undefined) {
      return failed('AGENT_NOT_INSTALLED', noBinary(options))
    }
    return failed('AGENT_CRASHED', `The agent could not be started: ${String(error)}`)
  }
}

function limitsOf({ order: { timeoutMs }, options }: StartOptions): AgentLimits & ActivityLimits {
  const { interruptGraceMs, killGraceMs } = options
  return { ...activityLimits(options), timeoutMs, interruptGraceMs, killGraceMs }
}

async function startBare(given: StartOptions): Promise<ClaudeProcess> {
  const { binary, order, context, options, access } = given
  const command = claudeCommand(binary, order, context, { ...options, access })
  const limits = limitsOf(given)
  const agent = await startAsUser(command, limits)
  return {
    ...agent,
    limits,
    workspacePath: context.workspacePath,
    toolAccess: options.toolAccess,
  }
}

async function startShut(given: StartOptions, sandbox: Sandbox): Promise<ClaudeProcess> {
  const { binary, order, context, options } = given
  const places = { workspacePath: SANDBOX_PATHS.workspace, homePath: SANDBOX_PATHS.home }
  const { socketPath = '' } = given.access
  const access = { ...given.access, socketPath: MODEL_SOCKET }
  const inside = claudeCommand(binary, order, places, { ...options, toolAccess: 'all', access })
  const sockets = { [MODEL_SOCKET]: socketPath }
  const limits = limitsOf(given)
  const agent = await startInSandbox(inside, limits, { sandbox, context, sockets })
  return {
    ...agent,
    limits,
    workspacePath: places.workspacePath,
    toolAccess: 'all',
  }
}
