import { addAbortListener } from 'node:events'
import { mkdir } from 'node:fs/promises'

import type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
} from '@sleepless/domain'

import { failed, stopped } from '../outcomes.ts'
import { AgentSpawnError, startAgent, type AgentProcess } from '../process/agent-process.ts'
import { splitLines } from '../process/split-lines.ts'
import { createTextTail } from '../process/text-tail.ts'
import { claudeCommand, temporaryPath, type CommandOptions } from './claude-command.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import { findClaude } from './find-claude.ts'
import { parseMessage } from './parse-message.ts'
import { probeClaude } from './probe-claude.ts'
import { createRedactor } from './redact.ts'
import { createRenderer, renderRaw } from './render.ts'
import { startSteering, type Steering } from './steering.ts'
import { createUsageTeller } from './tell-usage.ts'
import { createTranscriptRecorder, type TranscriptRecorder } from './transcript.ts'
import { verdict } from './verdict.ts'

const FIRST_EVENT_MS = 120_000
const STDERR_CHARACTERS = 16 * 1024
const LINE_LIMITS = { maxLineBytes: 8 * 2 ** 20, keptBytes: 64 * 2 ** 10 }

const NO_BINARY = 'There is no Claude Code binary that could be executed'
const NO_CREDENTIAL = 'Neither ANTHROPIC_API_KEY nor CLAUDE_CODE_OAUTH_TOKEN is set for the worker.'

function noBinary({ binary }: Pick<ClaudeExecutorOptions, 'binary'>): string {
  const where = binary ?? 'in @anthropic-ai/claude-code'
  return `${NO_BINARY}: ${where}`
}

/** Reads all that the agent prints: hands on what a person reads, and notes the rest. */
async function* follow(
  agent: AgentProcess,
  recorder: TranscriptRecorder,
  steering: Steering,
  workspacePath: string,
): AsyncGenerator<AgentEvent, void, undefined> {
  const render = createRenderer(workspacePath)
  for await (const line of splitLines(agent.output, LINE_LIMITS)) {
    const message = line.cutBytes > 0 ? ({ type: 'broken' } as const) : parseMessage(line.text)
    recorder.add(message)
    yield* steering.heed(message)
    if (message.type === 'broken') yield renderRaw(line)
    else yield* render(message)
  }
}

/** Reads all that the agent says besides, and keeps the end of it. */
async function tailOf(errors: AsyncIterable<Buffer>): Promise<string> {
  const tail = createTextTail(STDERR_CHARACTERS)
  const decoder = new TextDecoder()
  for await (const chunk of errors) tail.add(decoder.decode(chunk, { stream: true }))
  return tail.text
}

async function start(
  binary: string,
  order: AgentOrder,
  context: AgentContext,
  options: CommandOptions,
): Promise<AgentProcess | AgentOutcome> {
  const { killGraceMs, firstEventMs = FIRST_EVENT_MS } = options
  try {
    await mkdir(temporaryPath(context), { recursive: true })
    return await startAgent(claudeCommand(binary, order, context, options), {
      timeoutMs: order.timeoutMs,
      firstEventMs,
      killGraceMs,
    })
  } catch (error) {
    // ENOENT alone does not tell a binary that has just gone from a workspace that has.
    if (error instanceof AgentSpawnError && (await findClaude(options.binary)) === undefined) {
      return failed('AGENT_NOT_INSTALLED', noBinary(options))
    }
    return failed('AGENT_CRASHED', `The agent could not be started: ${String(error)}`)
  }
}

async function* run(
  order: AgentOrder,
  context: AgentContext,
  options: ClaudeExecutorOptions,
): AsyncGenerator<AgentEvent, AgentOutcome, undefined> {
  const { toolAccess, firstEventMs = FIRST_EVENT_MS } = options
  if (context.signal.aborted) return stopped()
  const binary = await findClaude(options.binary)
  if (binary === undefined) return failed('AGENT_NOT_INSTALLED', noBinary(options))
  if (!options.gateway.hasCredential()) return failed('AGENT_NOT_LOGGED_IN', NO_CREDENTIAL)

  const { attemptId, budgetMicroUsd } = order
  await using access = await options.gateway.open({ attemptId, budgetMicroUsd, over: 'port' })
  const started = await start(binary, order, context, { ...options, access })
  if ('kind' in started) return started
  await using agent = started
  using _listener = addAbortListener(context.signal, () => agent.stop('aborted'))

  const redactor = createRedactor((text) => access.redact(text))
  const recorder = createTranscriptRecorder()
  const errors = tailOf(agent.errors)
  yield { type: 'started', pid: agent.pid }
  const { messages: first } = order
  using steering = startSteering({ agent, first, later: context.messages })
  const usage = createUsageTeller(access)
  for await (const event of follow(agent, recorder, steering, context.workspacePath)) {
    yield redactor.event(event)
    yield* usage.now()
  }

  const ending = { ...(await agent.ended), stderrTail: await errors }
  if (ending.survivors.length > 0) {
    const message = `Processes of the agent could not be killed: ${ending.survivors.join(', ')}`
    yield { type: 'warned', message }
  }
  yield* usage.rest()
  const { workspacePath } = context
  const { timeoutMs } = order
  const outcome = redactor.outcome(
    verdict(recorder.transcript, ending, {
      toolAccess,
      workspacePath,
      timeoutMs,
      firstEventMs,
      access,
    }),
  )
  if (outcome.kind === 'succeeded') {
    for (const message of outcome.warnings) yield { type: 'warned', message }
  }
  return outcome
}

/**
 * Runs Claude Code, as a process of the worker's user in a process group of its own, with an
 * environment made from nothing. Whatever its tools leave running is killed when it ends. What a
 * tool started with a cleared environment and then let go is found only while it works in the
 * workspace or the home; only a sandbox with a process namespace holds the rest.
 */
export function createClaudeExecutor(options: ClaudeExecutorOptions): Executor {
  return {
    name: 'claude',
    needsWorkspace: true,
    steer: true,
    async probe() {
      const binary = await findClaude(options.binary)
      if (binary === undefined) {
        return { available: false, code: 'AGENT_NOT_INSTALLED', detail: noBinary(options) }
      }
      const availability = await probeClaude(binary)
      if (!availability.available || options.gateway.hasCredential()) return availability
      return { available: false, code: 'AGENT_NOT_LOGGED_IN', detail: NO_CREDENTIAL }
    },
    isAccepted: () => options.gateway.isAccepted(),
    run: (order, context) => run(order, context, options),
  }
}
