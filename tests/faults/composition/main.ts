import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * The shipped command line, but for one thing: the functions that make api, scheduler and worker are
 * given ports with something in between. Which, is in the environment: see `wrappings.ts`.
 */
const SEAMS: Readonly<Record<string, string>> = {
  '@sleepless/api': new URL('api-seam.ts', import.meta.url).href,
  '@sleepless/scheduler': new URL('scheduler-seam.ts', import.meta.url).href,
  '@sleepless/worker': new URL('worker-seam.ts', import.meta.url).href,
}
const HERE = new URL('.', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const seam = SEAMS[specifier]
    // The seams themselves get the real thing.
    if (seam === undefined || context.parentURL?.startsWith(HERE) === true) {
      return next(specifier, context)
    }
    return { url: seam, shortCircuit: true }
  },
})

const COMMAND = new URL('../../../apps/cli/bin/sleepless.js', import.meta.url)
process.argv[1] = fileURLToPath(COMMAND)
// Not the command itself, which would start anew, without what is in between.
await import(new URL('../dist/main.js', COMMAND).href)
