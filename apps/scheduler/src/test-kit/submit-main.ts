import { registerHooks } from 'node:module'

// Submits a task from a process of its own: the database as argument.
// Our packages run from their sources. Others have such a condition as well, and mean something else.
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@sleepless/')) return next(specifier, context)
    return next(specifier, { ...context, conditions: [...context.conditions, 'source'] })
  },
})
const { attemptId, taskId, workerId } = await import('@sleepless/domain')
const { defaultPolicy, submit } = await import('@sleepless/engine')
const { systemClock, uuidV7 } = await import('@sleepless/runtime')
const { openStore } = await import('@sleepless/storage')

const [, , databaseFile = ''] = process.argv
await using store = openStore(databaseFile)
const ids = {
  taskId: () => taskId(`tsk_${uuidV7()}`),
  attemptId: () => attemptId(`att_${uuidV7()}`),
  workerId: () => workerId(`wrk_${uuidV7()}`),
}
const engine = { clock: systemClock, ids, policy: defaultPolicy(60_000), random: Math.random }
await store.write((tx) => submit(tx, engine, { prompt: 'From elsewhere.' }))
