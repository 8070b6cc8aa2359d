import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { AgentOutcome, Executor, Sandbox } from '@sleepless/domain'

import { ids } from '../compose/ids.ts'

const TIMEOUT_MS = 12_000

export interface ProbeAttemptOptions {
  readonly sandbox: Sandbox
  /** Of Claude Code; undefined: of the pinned package. */
  readonly binary: string | undefined
  /** A path of the host that no agent may see. */
  readonly hidden: string
}

/** What an agent has found in its sandbox. */
export interface Sight {
  readonly version: string
  /** Names of network interfaces. */
  readonly networks: readonly string[]
  /** Whether it could connect to a port of the host. */
  readonly reachesLoopback: boolean
  readonly seesHome: boolean
}

export interface Probed {
  readonly outcome: AgentOutcome
  /** undefined when its command was not run. */
  readonly seen: Sight | undefined
}

/** One attempt by the real agent in the sandbox, with a scripted model behind the real gateway. */
export async function probeAttempt(options: ProbeAttemptOptions): Promise<Probed> {
  const { sandbox, binary, hidden } = options
  const { bashScript, createScriptedModel } = await import('@sleepless/testing')
  const { createClaudeExecutor } = await import('@sleepless/executor')
  const { createModelGateway } = await import('@sleepless/gateway')
  await using resources = new AsyncDisposableStack()
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'sleepless-doctor-')))
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const port = await listen(resources)
  const script = bashScript(lookAround(port, hidden), 'I looked around.')
  const model = resources.use(await createScriptedModel({ script }))
  const credential = { kind: 'api-key', value: 'never-sent-to-anybody' } as const
  const gateway = resources.use(
    createModelGateway({ credential: () => credential, baseUrl: model.url }),
  )
  const executor = createClaudeExecutor({
    binary,
    gateway,
    sandbox: () => sandbox,
    toolAccess: 'edits-only',
    killGraceMs: 1000,
  })
  // What it needs goes when this returns.
  return await run(executor, folder)
}

/** A port of this host, for as long as the probe takes. @returns its number. */
async function listen(resources: AsyncDisposableStack): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  resources.defer(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return address.port
}

/** For the agent's shell. The answers are computed, so that the command itself is not taken for them. */
function lookAround(port: number, hidden: string): string {
  return [
    `networks=$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | paste -sd,)`,
    `loopback=$( (exec 3<>/dev/tcp/127.0.0.1/${port}) 2> /dev/null && echo open || echo closed)`,
    `home=$(test -e '${hidden.replaceAll("'", `'\\''`)}' && echo seen || echo hidden)`,
    'echo "networks:$networks loopback:$loopback home:$home"',
  ].join('\n')
}

async function run(executor: Executor, folder: string): Promise<Probed> {
  const [workspacePath, homePath] = [path.join(folder, 'tree'), path.join(folder, 'home')]
  for (const made of [workspacePath, homePath]) await mkdir(made)
  const order = {
    taskId: ids.taskId(),
    attemptId: ids.attemptId(),
    prompt: 'Look around.',
    messages: [],
    sessionId: crypto.randomUUID(),
    model: undefined,
    timeoutMs: TIMEOUT_MS,
    budgetMicroUsd: undefined,
  }
  const { signal } = new AbortController()
  const context = { workspacePath, homePath, signal, messages: NO_MESSAGES }
  let output = ''
  let version = ''
  await using agent = executor.run(order, context)
  for (;;) {
    const next = await agent.next()
    if (next.done === true) return { outcome: next.value, seen: sightOf(output, version) }
    if (next.value.type === 'output') output += next.value.text
    if (next.value.type === 'ready') version = next.value.version
  }
}

const NO_MESSAGES: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
}

function sightOf(output: string, version: string): Sight | undefined {
  const found = /networks:([\w.,-]*) loopback:(open|closed) home:(seen|hidden)/.exec(output)
  if (found === null) return undefined
  const [, networks = '', loopback, home] = found
  return {
    version,
    networks: networks.split(',').filter((name) => name !== ''),
    reachesLoopback: loopback === 'open',
    seesHome: home === 'seen',
  }
}
