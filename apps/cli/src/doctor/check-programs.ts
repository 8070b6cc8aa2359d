import { failureReasons } from '@sleepless/domain'

import { fail, ok, warn, type Check } from './finding.ts'

const MIN_NODE_MAJOR = 22
/** The version that the whole product was tried with. */
const TESTED_CLAUDE = '2.1.330'

export const checkNode: Check = {
  name: 'node',
  look() {
    const { version } = process
    const verdict =
      Number(/\d+/.exec(version)?.[0]) >= MIN_NODE_MAJOR
        ? ok(version)
        : fail(version, `Install Node.js ${MIN_NODE_MAJOR} or newer.`)
    return Promise.resolve(verdict)
  },
}

export const checkGit: Check = {
  name: 'git',
  async look({ context }) {
    const { probeGit } = await import('@sleepless/git')
    const probe = await probeGit({ env: context.env })
    if ('version' in probe) return ok(probe.version)
    return fail(probe.missing, 'Install git: apt install git, or brew install git.')
  },
}

export const checkClaude: Check = {
  name: 'claude',
  async look({ config }) {
    const { createClaudeExecutor } = await import('@sleepless/executor')
    const { createModelGateway } = await import('@sleepless/gateway')
    // Whether there is a real one is another check; without any, the version is not told.
    const credential = { kind: 'api-key', value: 'never-sent' } as const
    await using gateway = createModelGateway({ credential: () => credential })
    const executor = createClaudeExecutor({
      binary: config.CLAUDE_BIN,
      gateway,
      toolAccess: 'edits-only',
      killGraceMs: 1000,
    })
    const agent = await executor.probe()
    if (!agent.available) return fail(agent.detail, failureReasons.AGENT_NOT_INSTALLED.remedy)
    if (agent.version === TESTED_CLAUDE) return ok(agent.version)
    return warn(
      `${agent.version}; tested with ${TESTED_CLAUDE}`,
      'Unset CLAUDE_BIN to use the tested version, or watch the first tasks.',
    )
  },
}

export const checkCommands: Check = {
  name: 'commands',
  async look({ config }) {
    const { createCommandExecutor } = await import('@sleepless/executor')
    const found = await Promise.all(
      config.WORKER_COMMANDS.map((command) =>
        createCommandExecutor({ ...command, killGraceMs: 1000 }).probe(),
      ),
    )
    const missing = found.flatMap((probe) => (probe.available ? [] : [probe.detail]))
    if (missing.length > 0)
      return fail(missing.join(' '), 'Correct WORKER_COMMANDS, or install it.')
    return ok(
      found.length === 0 ? 'none' : config.WORKER_COMMANDS.map(({ name }) => name).join(', '),
    )
  },
}

export const checkCodex: Check = {
  name: 'codex',
  async look({ config, context }) {
    const { CODEX_BIN: binary, CODEX_API_KEY: apiKey } = config
    if (binary === undefined) return ok('not wanted')
    const { createCodexExecutor } = await import('@sleepless/executor')
    const options = { binary, apiKey, path: context.env['PATH'] }
    const agent = await createCodexExecutor({ ...options, killGraceMs: 1000 }).probe()
    if (!agent.available) {
      return fail(agent.detail, 'Set CODEX_API_KEY, correct CODEX_BIN, or unset it.')
    }
    if (config.SLEEPLESS_SANDBOX === 'off') return ok(agent.version)
    return warn(
      `${agent.version}; it runs in no sandbox but its own, and so not at all here`,
      'Give it a worker of its own with SLEEPLESS_SANDBOX=off, or unset CODEX_BIN.',
    )
  },
}

export const checkLogin: Check = {
  name: 'login',
  look({ config }) {
    const { ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: token } = config
    if (key === undefined && token === undefined) {
      const detail = 'none: neither ANTHROPIC_API_KEY nor CLAUDE_CODE_OAUTH_TOKEN is set'
      return Promise.resolve(fail(detail, failureReasons.AGENT_NOT_LOGGED_IN.remedy))
    }
    // As the worker has it: with both, the key is used.
    const kind =
      key === undefined ? 'OAuth token (CLAUDE_CODE_OAUTH_TOKEN)' : 'API key (ANTHROPIC_API_KEY)'
    return Promise.resolve(ok(`${kind}; only a task shows whether it is accepted`))
  },
}
