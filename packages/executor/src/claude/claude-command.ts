import { join } from 'node:path'

import type { AgentContext, AgentOrder, Credential, ModelAccess } from '@sleepless/domain'

import type { AgentCommand } from '../process/agent-process.ts'
import { toldLater } from '../told-later.ts'
import type { ClaudeExecutorOptions } from './claude-executor-options.ts'
import { resumedPrompt } from './resume-session.ts'
import { userLine } from './steering.ts'

/** It ends its turn, and the tool call in it, says so, and at the end of its input itself. */
const INTERRUPT = `${JSON.stringify({
  type: 'control_request',
  request_id: 'stop',
  request: { subtype: 'interrupt' },
})}\n`

const DEFAULT_MODEL = 'sonnet'
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const DEFAULT_LOCALE = 'C.UTF-8'

const QUIET = {
  DISABLE_AUTOUPDATER: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_TELEMETRY: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
}

/**
 * Edits without commands. Withholding Bash is not enough: a repository's own settings can name
 * hooks, MCP servers and key helpers, which are commands too, and --restricted ignores them all.
 * It also ignores CLAUDE.md, hence the hint.
 */
const EDITS_ONLY = [
  '--permission-mode=acceptEdits',
  '--restricted',
  '--strict-mcp-config',
  '--disable-slash-commands',
  '--disallowedTools=Bash,Monitor,WebFetch,WebSearch,EnterWorktree,ExitWorktree',
  '--append-system-prompt=' +
    'You cannot run commands or reach the network here; you can read and edit files in the ' +
    'working directory. If it holds a CLAUDE.md, read it first: it is how this project is worked on.',
]

const ALL_TOOLS = ['--permission-mode=bypassPermissions']

function credentialVariable({ kind, value }: Credential): Record<string, string> {
  return kind === 'api-key' ? { ANTHROPIC_API_KEY: value } : { CLAUDE_CODE_OAUTH_TOKEN: value }
}

/** Where there is a socket, the agent asks over that, whatever the name in the URL. */
function accessVariables({ url, socketPath, credential }: ModelAccess): Record<string, string> {
  return {
    ...credentialVariable(credential),
    ANTHROPIC_BASE_URL: url,
    ...(socketPath === undefined ? {} : { ANTHROPIC_UNIX_SOCKET: socketPath }),
  }
}

export interface CommandOptions extends Omit<ClaudeExecutorOptions, 'gateway' | 'sandbox'> {
  readonly access: ModelAccess
}

function claudeArguments(order: AgentOrder, options: CommandOptions): readonly string[] {
  return [
    '-p',
    '--output-format=stream-json',
    '--verbose',
    '--input-format=stream-json',
    `--${order.resume === undefined ? 'session-id' : 'resume'}=${order.sessionId}`,
    '--session-mirror',
    `--model=${order.model ?? options.defaultModel ?? DEFAULT_MODEL}`,
    ...(options.toolAccess === 'all' ? ALL_TOOLS : EDITS_ONLY),
  ]
}

/** As the agent sees them. */
type Places = Pick<AgentContext, 'workspacePath' | 'homePath'>

/** Where the agent and its tools keep temporary files; it must exist before they start. */
export function temporaryPath({ homePath }: Pick<AgentContext, 'homePath'>): string {
  return join(homePath, 'tmp')
}

function claudeEnvironment(
  order: AgentOrder,
  context: Places,
  options: CommandOptions,
): Readonly<Record<string, string>> {
  const temporary = temporaryPath(context)
  const isRoot = process.getuid?.() === 0
  return {
    PATH: options.path ?? DEFAULT_PATH,
    LANG: options.locale ?? DEFAULT_LOCALE,
    HOME: context.homePath,
    CLAUDE_CONFIG_DIR: context.homePath,
    TMPDIR: temporary,
    CLAUDE_CODE_TMPDIR: temporary,
    ...QUIET,
    // Longer waits are the scheduler's: by default the agent holds its slot for three minutes.
    CLAUDE_CODE_MAX_RETRIES: '3',
    CLAUDE_CODE_STARTUP_FAILURE_RESULTS: '1',
    ...accessVariables(options.access),
    // Else it refuses to bypass permissions as root. Whoever chose 'all' has answered for that.
    ...(options.toolAccess === 'all' && isRoot ? { IS_SANDBOX: '1' } : {}),
  }
}

function firstWords(order: AgentOrder): string | readonly string[] {
  if (order.resume !== undefined) return resumedPrompt(order)
  const added = toldLater(order)
  return added === undefined ? order.prompt : [order.prompt, added]
}

/** How to start Claude Code for an order. Nothing of the worker's own environment is in it. */
export function claudeCommand(
  file: string,
  order: AgentOrder,
  context: Places,
  options: CommandOptions,
): AgentCommand {
  return {
    file,
    args: claudeArguments(order, options),
    env: claudeEnvironment(order, context, options),
    cwd: context.workspacePath,
    // A block of its own sets apart what was said after the prompt.
    input: userLine(firstWords(order)),
    keepsInput: true,
    interrupt: INTERRUPT,
    runId: order.attemptId,
    directories: [context.workspacePath, context.homePath],
  }
}
