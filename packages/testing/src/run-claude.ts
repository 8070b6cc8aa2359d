import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { execa } from 'execa'

import { claudeBinary, claudeEnvironment } from './claude-binary.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface ClaudeRun extends AsyncDisposable {
  readonly exitCode: number | undefined
  /** The lines of stdout, parsed. */
  readonly messages: readonly Record<string, unknown>[]
  /** The last `result` message; empty without one. */
  readonly result: Record<string, unknown>
  /** Where the agent worked; goes when disposed. */
  readonly workspace: string
}

export interface RunClaudeOptions {
  readonly modelUrl: string
  readonly prompt: string
  /** Default: `sonnet`. */
  readonly model?: string
  readonly env?: Readonly<Record<string, string>>
  /** Then the CLI is killed. Default 45,000. */
  readonly timeoutMs?: number
}

function parseMessage(line: string): Record<string, unknown> {
  const message: unknown = JSON.parse(line)
  return typeof message === 'object' && message !== null ? { ...message } : {}
}

/** Runs the real CLI once, headless, in a home and a workspace of its own. */
export async function runClaude(options: RunClaudeOptions): Promise<ClaudeRun> {
  const { modelUrl, prompt, model = 'sonnet', env = {}, timeoutMs = 45_000 } = options
  const home = await temporaryDirectory('sleepless-claude-')
  const workspace = join(home.path, 'work')
  await mkdir(workspace)
  const output = ['--output-format', 'stream-json', '--verbose', '--permission-mode', 'acceptEdits']
  const { exitCode, stdout } = await execa(
    claudeBinary(),
    ['-p', prompt, '--model', model, ...output],
    {
      cwd: workspace,
      env: {
        ...claudeEnvironment({ modelUrl, home: home.path }),
        CLAUDE_CODE_MAX_RETRIES: '3',
        ...env,
      },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      timeout: timeoutMs,
      killDescendants: true,
    },
  )
  const messages = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseMessage(line))
  const result = messages.findLast(({ type }) => type === 'result') ?? {}
  return {
    exitCode,
    messages,
    result,
    workspace,
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}
