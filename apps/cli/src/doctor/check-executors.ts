import { ok, warn, type Check } from './finding.ts'

/** All that tasks can choose from on this machine, as a worker would tell of it. */
export const checkExecutors: Check = {
  name: 'executors',
  async look({ context, config }) {
    const { createModelGateway } = await import('@sleepless/gateway')
    const { executorConfig } = await import('@sleepless/worker')
    const { createExecutors } = await import('../compose/create-executors.ts')
    // Whether there is a real one is another check.
    const credential = { kind: 'api-key', value: 'never-sent' } as const
    await using gateway = createModelGateway({ credential: () => credential })
    const executors = createExecutors({
      config: {
        ...executorConfig(config),
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
