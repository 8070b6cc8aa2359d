import { addAbortListener } from 'node:events'
import { mkdir } from 'node:fs/promises'

import type {
  AgentContext,
  AgentEvent,
  AgentOrder,
  AgentOutcome,
  Executor,
} from '@sleepless/domain'

import { activityLimits, type ActivityLimits } from '../activity/activity-limits.ts'
import { createUnread } from '../activity/unread.ts'
import { watchSilence } from '../activity/watch-silence.ts'
import { failed, stopped } from '../outcomes.ts'
import { startAgent, type AgentCommand, type AgentProcess } from '../process/agent-process.ts'
import { probeVersion } from '../process/probe-version.ts'
import { splitLines } from '../process/split-lines.ts'
import { tailOf } from '../process/tail-of.ts'
import { renderRaw } from '../readable.ts'
import { createRedactor } from '../redact.ts'
import { createCodexActivity } from './codex-activity.ts'
import { codexCommand, codexTemporaryPath } from './codex-command.ts'
import type { CodexExecutorOptions } from './codex-executor-options.ts'
import { NO_TRANSCRIPT, transcriptAfter, type CodexTranscript } from './codex-transcript.ts'
import { codexVerdict } from './codex-verdict.ts'
import { findCodex } from './find-codex.ts'
import { parseCodex } from './parse-codex.ts'
import { createCodexRenderer } from './render-codex.ts'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const LINE_LIMITS = { maxLineBytes: 8 * 2 ** 20, keptBytes: 64 * 2 ** 10 }
const VERSION = /(\d+\.\d+\.\d+\S*)/

const NO_KEY = 'CODEX_API_KEY is not set for the worker.'

/** Reads all that the agent prints: hands on what a person reads, and records what it amounts to. */
async function* follow(
  agent: AgentProcess,
  { noOutputMs, maxSameCalls }: ActivityLimits,
  record: { transcript: CodexTranscript },
): AsyncGenerator<AgentEvent, void, undefined> {
  const render = createCodexRenderer()
  const activity = createCodexActivity()
  const unread = createUnread()
  const output = watchSilence(agent.output, {
    limitMs: noOutputMs,
    isExcused: () => activity.isWaiting,
    onSilence: () => agent.stop('silent'),
  })
  for await (const line of splitLines(output, LINE_LIMITS)) {
    const message = line.cutBytes > 0 ? ({ type: 'broken' } as const) : parseCodex(line.text)
    record.transcript = transcriptAfter(record.transcript, message)
    if (activity.add(message) >= maxSameCalls) agent.stop('looping')
    if (message.type === 'unknown') unread.unknown(message.kind)
    if (message.type !== 'broken') yield* render(message)
    else {
      unread.broken()
      yield renderRaw(line)
    }
  }
  for (const message of unread.warnings()) yield { type: 'warned', message }
}

async function start(
  command: AgentCommand,
  context: AgentContext,
  limits: Parameters<typeof startAgent>[1],
): Promise<AgentProcess | AgentOutcome> {
  try {
    await mkdir(codexTemporaryPath(context), { recursive: true })
    return await startAgent(command, limits)
  } catch (error) {
    return failed('AGENT_CRASHED', `The agent could not be started: ${String(error)}`)
  }
}

async function* run(
  order: AgentOrder,
  context: AgentContext,
  options: CodexExecutorOptions,
): AsyncGenerator<AgentEvent, AgentOutcome, undefined> {
  const { binary, apiKey, path = DEFAULT_PATH, killGraceMs } = options
  if (context.signal.aborted) return stopped()
  const found = await findCodex(binary, path)
  if (!('file' in found)) return failed(found.code, found.detail)
  if (apiKey === undefined) return failed('AGENT_NOT_LOGGED_IN', NO_KEY)

  const limits = { ...activityLimits(options), timeoutMs: order.timeoutMs, killGraceMs }
  const command = codexCommand(order, context, { ...options, ...found, apiKey, path })
  const started = await start(command, context, limits)
  if ('kind' in started) return started
  await using agent = started
  using _listener = addAbortListener(context.signal, () => agent.stop('aborted'))
  const errors = tailOf(agent.errors)
  yield { type: 'started', pid: agent.pid }
  for (const { number } of order.messages) yield { type: 'heard', number }

  const redactor = createRedactor((text) => text.replaceAll(apiKey, '[redacted]'))
  const record = { transcript: NO_TRANSCRIPT }
  for await (const event of follow(agent, limits, record)) yield redactor.event(event)
  const ending = { ...(await agent.ended), stderrTail: await errors }
  if (ending.survivors.length > 0) {
    const message = `Processes of the agent could not be killed: ${ending.survivors.join(', ')}`
    yield { type: 'warned', message }
  }
  const { transcript } = record
  const { used } = transcript
  if (used.requests > 0) {
    const model = order.model ?? options.defaultModel ?? 'codex'
    yield { type: 'used', uses: [{ model, ...used }], costMicroUsd: 0, quota: undefined }
  }
  return redactor.outcome(codexVerdict(transcript, ending, limits))
}

/**
 * Runs OpenAI's Codex in a process group of its own, with an environment made from nothing, and leaves
 * the containment of what it runs to its own sandbox. Its key is in its environment.
 */
export function createCodexExecutor(options: CodexExecutorOptions): Executor {
  const { binary, apiKey, path = DEFAULT_PATH } = options
  return {
    name: 'codex',
    needsWorkspace: true,
    capabilities: { resume: false, steer: false, usage: true, jsonSchema: false },
    async probe() {
      const found = await findCodex(binary, path)
      if (!('file' in found)) return found
      const availability = await probeVersion(found.file, VERSION)
      if (!availability.available || apiKey !== undefined) return availability
      return { available: false, code: 'AGENT_NOT_LOGGED_IN', detail: NO_KEY }
    },
    run: (order, context) => run(order, context, options),
  }
}
