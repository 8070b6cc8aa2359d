import { ok, warn, type Check } from './finding.ts'

/** All that tasks can choose from on this machine, as a worker would tell of it. */
export const checkExecutors: Check = {
  name: 'executors',
  async look({ context, config }) {
    const { createModelGateway } = await import('@sleepless/gateway')
    const { createExecutors } = await import('../compose/create-executors.ts')
    // Whether there is a real one is another check.
    const credential = { kind: 'api-key', value: 'never-sent' } as const
    await using gateway = createModelGateway({ credential: () => credential })
    const executors = createExecutors({
      config: {
        claude: {
          binary: config.CLAUDE_BIN,
          model: config.CLAUDE_MODEL,
          apiKey: undefined,
          oauthToken: undefined,
          baseUrl: undefined,
        },
        codex:
          config.CODEX_BIN === undefined
            ? undefined
            : {
                binary: config.CODEX_BIN,
                defaultModel: config.CODEX_MODEL,
                apiKey: config.CODEX_API_KEY,
              },
        commands: config.WORKER_COMMANDS.map((command) => ({
          ...command,
          isOnHost: config.WORKER_HOST_COMMANDS.includes(command.name),
        })),
        sandbox: config.SLEEPLESS_SANDBOX,
        path: context.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      },
      gateway,
      // So is the sandbox.
      containment: { current: () => undefined, check: () => Promise.resolve(undefined) },
    })
    const found = await Promise.all(
      [...executors].map(async (executor) => ({
        name: executor.name,
        probed: await executor.probe(),
      })),
    )
    const detail = found
      .map(({ name, probed }) => `${name} ${probed.available ? probed.version : 'unavailable'}`)
      .join(', ')
    if (found.every(({ probed }) => probed.available)) return ok(detail)
    return warn(detail, 'The checks of each say what to do.')
  },
}
