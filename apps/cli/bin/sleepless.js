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

// Compiled code is kept between runs: it is most of what a short command would spend its time on.
module.enableCompileCache?.()
await import('../dist/main.js')
