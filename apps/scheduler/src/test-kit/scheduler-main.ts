import { registerHooks } from 'node:module'
import path from 'node:path'

// A scheduler as a process of its own: home, address of Redis and lease as arguments.
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@sleepless/')) return next(specifier, context)
    return next(specifier, { ...context, conditions: [...context.conditions, 'source'] })
  },
})
const { attemptId, taskId, workerId } = await import('@sleepless/domain')
const { defaultPolicy } = await import('@sleepless/engine')
const { createQueue } = await import('@sleepless/queue')
const { createLogger, runService, systemClock, uuidV7 } = await import('@sleepless/runtime')
const { createLeadLocks, openStore } = await import('@sleepless/storage')
const { createScheduler } = await import('../create-scheduler.ts')

const [, , home = '', redisUrl = '', leaseMs = ''] = process.argv
const ids = {
  taskId: () => taskId(`tsk_${uuidV7()}`),
  attemptId: () => attemptId(`att_${uuidV7()}`),
  workerId: () => workerId(`wrk_${uuidV7()}`),
}
const logger = createLogger({ service: 'scheduler', level: 'info' })
await runService(async (resources) => {
  const store = resources.use(openStore(path.join(home, 'tasks.db')))
  const queue = resources.use(await createQueue(redisUrl, { logger }))
  const policy = defaultPolicy(Number(leaseMs))
  const engine = { clock: systemClock, ids, policy, random: Math.random }
  resources.use(createScheduler({ store, queue, engine, logger, leadLocks: createLeadLocks(home) }))
})
