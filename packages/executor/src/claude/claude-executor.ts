import { addAbortListener } from 'node:events'

import type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
} from '@sleepless/domain'

import { createUnread } from '../activity/unread.ts'
import { watchSilence } from '../activity/watch-silence.ts'
import { failed, stopped } from '../outcomes.ts'
import { probeVersion } from '../process/probe-version.ts'
import { splitLines } from '../process/split-lines.ts'
import { tailOf } from '../process/tail-of.ts'
import { renderRaw } from '../readable.ts'
import { createRedactor } from '../redact.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import { findClaude } from './find-claude.ts'
import { parseCut, parseMessage } from './parse-message.ts'
import { createRenderer } from './render.ts'
import { openSessionKeeper, type SessionKeeper } from './session-keeper.ts'
import { noBinary, startClaude, type ClaudeProcess } from './start-claude.ts'
import { startSteering, type Steering } from './steering.ts'
import { createUsageTeller } from './tell-usage.ts'
import { createTranscriptRecorder, type TranscriptRecorder } from './transcript.ts'
import { resumedVerdict, verdict } from './verdict.ts'
import { createActivity } from './watch-activity.ts'

const LINE_LIMITS = { maxLineBytes: 8 * 2 ** 20, keptBytes: 64 * 2 ** 10 }

const VERSION = /^(\d+\.\d+\.\d+\S*)/

const NO_CREDENTIAL = 'Neither ANTHROPIC_API_KEY nor CLAUDE_CODE_OAUTH_TOKEN is set for the worker.'

/** Reads all that the agent prints: hands on what a person reads, and notes the rest. */
async function* follow(
  agent: ClaudeProcess,
  recorder: TranscriptRecorder,
  { steering, keeper }: { readonly steering: Steering; readonly keeper: SessionKeeper | undefined },
): AsyncGenerator<AgentEvent, void, undefined> {
  const { workspacePath, limits } = agent
  const render = createRenderer(workspacePath)
  const activity = createActivity()
  const unread = createUnread()
  const output = watchSilence(agent.output, {
    limitMs: limits.noOutputMs,
    isExcused: () => activity.isWaiting,
    onSilence: () => agent.stop('silent'),
  })
  for await (const line of splitLines(output, LINE_LIMITS)) {
    const message = line.cutBytes > 0 ? parseCut(line.text) : parseMessage(line.text)
    recorder.add(message)
    if (activity.add(message) >= limits.maxSameCalls) agent.stop('looping')
    yield* steering.heed(message)
    if (keeper !== undefined) yield* await keeper.heed(message)
    if (message.type === 'unknown') unread.unknown(message.kind)
    if (message.type !== 'broken') yield* render(message)
    else {
      unread.broken()
      yield renderRaw(line)
    }
  }
  for (const message of unread.warnings()) yield { type: 'warned', message }
  if (keeper !== undefined) yield* keeper.rest()
}

async function* run(
  order: AgentOrder,
  context: AgentContext,
  options: ClaudeExecutorOptions,
): AsyncGenerator<AgentEvent, AgentOutcome, undefined> {
  const { gateway } = options
  if (context.signal.aborted) return stopped()
  const binary = await findClaude(options.binary)
  if (binary === undefined) return failed('AGENT_NOT_INSTALLED', noBinary(options))
  if (!gateway.hasCredential()) return failed('AGENT_NOT_LOGGED_IN', NO_CREDENTIAL)

  const sandbox = options.sandbox?.()
  const { attemptId, budgetMicroUsd, allowances } = order
  const over = sandbox === undefined ? 'port' : 'socket'
  await using access = await gateway.open({ attemptId, budgetMicroUsd, allowances, over })
  const started = await startClaude({ binary, order, context, options, access, sandbox })
  if ('kind' in started) return started
  await using agent = started
  const { messages: first } = order
  using steering = startSteering({ agent, first, later: context.messages })
  using _listener = addAbortListener(context.signal, () => {
    agent.stop('aborted', !steering.hasUnheard())
  })

  const redactor = createRedactor((text) => access.redact(text))
  const recorder = createTranscriptRecorder()
  const errors = tailOf(agent.errors)
  yield { type: 'started', pid: agent.pid }
  const { transcriptPath: file } = context
  const redact = (text: string): string => access.redact(text)
  await using keeper =
    file === undefined
      ? undefined
      : await openSessionKeeper({ order, file, agent, steering, redact })
  const usage = createUsageTeller(access)
  const { workspacePath, toolAccess } = agent
  for await (const event of follow(agent, recorder, { steering, keeper })) {
    yield redactor.event(event)
    yield* usage.now()
  }

  const ending = { ...(await agent.ended), stderrTail: await errors }
  if (ending.survivors.length > 0) {
    const message = `Processes of the agent could not be killed: ${ending.survivors.join(', ')}`
    yield { type: 'warned', message }
  }
  yield* usage.rest()
  const limits = { ...agent.limits, hit: await agent.limitsHit(), disk: agent.diskFull() }
  const judged = { toolAccess, workspacePath, limits, access }
  const judge = order.resume === undefined ? verdict : resumedVerdict
  const outcome = redactor.outcome(judge(recorder.transcript, ending, judged))
  if (outcome.kind === 'succeeded') {
    for (const message of outcome.warnings) yield { type: 'warned', message }
  }
  return outcome
}

/**
 * Runs Claude Code in a process group of its own, with an environment made from nothing and a way to
 * its model that is good for this run alone: shut in with all its tools, or, without a sandbox, as a
 * process of the worker's user. Whatever its tools leave running is killed when it ends. Without a
 * sandbox, what a tool started with a cleared environment and then let go is found only while it
 * works in the workspace or the home.
 */
export function createClaudeExecutor(options: ClaudeExecutorOptions): Executor {
  return {
    name: 'claude',
    needsWorkspace: true,
    capabilities: { resume: true, steer: true, usage: true, jsonSchema: false },
    async probe() {
      const binary = await findClaude(options.binary)
      if (binary === undefined) {
        return { available: false, code: 'AGENT_NOT_INSTALLED', detail: noBinary(options) }
      }
      const availability = await probeVersion(binary, VERSION)
      if (!availability.available || options.gateway.hasCredential()) return availability
      return { available: false, code: 'AGENT_NOT_LOGGED_IN', detail: NO_CREDENTIAL }
    },
    isAccepted: () => options.gateway.isAccepted(),
    run: (order, context) => run(order, context, options),
  }
}
