#!/usr/bin/env node
import module from 'node:module'

// What runs for long collects its garbage earlier than Node would: an agent that floods its output
// then costs a worker some 40 MiB of memory instead of 140. V8 takes this at its start alone.
const HEAP_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=50']
const SERVICES = ['up', 'api', 'scheduler', 'worker', 'slack']

const [, script = '', command = ''] = process.argv
const isTuned = HEAP_FLAGS.every((flag) => process.execArgv.includes(flag))
if (SERVICES.includes(command) && !isTuned && process.execve !== undefined) {
  // The same process goes on, with the same id.
  const flags = [...HEAP_FLAGS, ...process.execArgv]
  process.execve(process.execPath, [process.execPath, ...flags, script, ...process.argv.slice(2)])
}

// Compiled code is kept between runs: it is most of what a short command would spend its time on. Where
// Node would keep it, in /tmp, others could put theirs.
// oxlint-disable-next-line node/no-process-env -- where the user keeps caches, before anything is loaded
const { HOME, XDG_CACHE_HOME = '' } = process.env
const cache = XDG_CACHE_HOME.startsWith('/') ? XDG_CACHE_HOME : HOME && `${HOME}/.cache`
if (cache) module.enableCompileCache?.(`${cache}/sleepless/compile`)

// Zod brings its messages in sixty languages, each a file, whoever imports it: we speak one.
module.registerHooks?.({
  resolve(specifier, context, next) {
    const isLocales = specifier === '../locales/index.js' && context.parentURL?.includes('/zod/v4/')
    return next(isLocales ? '../locales/en.js' : specifier, context)
  },
})
await import('../dist/main.js')
