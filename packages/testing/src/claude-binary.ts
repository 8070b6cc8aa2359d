import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The Claude Code binary of the pinned npm package.
 * @throws when the package is not installed.
 */
export function claudeBinary(): string {
  const require = createRequire(import.meta.url)
  return join(require.resolve('@anthropic-ai/claude-code/package.json'), '../bin/claude.exe')
}

export interface ClaudeEnvironmentOptions {
  readonly modelUrl: string
  /** Absolute. Everything that the CLI keeps goes below it. */
  readonly home: string
  /** Made up, unless a test checks it. */
  readonly apiKey?: string
}

/** The whole environment of a CLI that touches nothing but `home` and the model at `modelUrl`. */
export function claudeEnvironment({
  modelUrl,
  home,
  apiKey = 'sk-ant-api03-made-up',
}: ClaudeEnvironmentOptions): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CLAUDE_CODE_TMPDIR: join(home, 'tmp'),
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: apiKey,
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }
}
