import { flushCompileCache, registerHooks } from 'node:module'

// A service of its own, for tests that kill it: the home as argument, the address on standard output.
// Our packages run from their sources. Others have such a condition as well, and mean something else.
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@sleepless/')) return next(specifier, context)
    return next(specifier, { ...context, conditions: [...context.conditions, 'source'] })
  },
})
const { createApi } = await import('../create-api.ts')
const { openControlPlane } = await import('./control-plane.ts')

const { dyingStore } = await import('./dying-store.ts')

const [, , home = '', fate] = process.argv
const plane = await openControlPlane({ home })
const store = fate === 'die-after-key' ? dyingStore(plane.store) : plane.store
const { url } = await createApi({ ...plane, store, host: '127.0.0.1', port: 0 })
process.stdout.write(`${url}\n`)
// By itself, it is written when a process ends, and this one is killed.
flushCompileCache()
