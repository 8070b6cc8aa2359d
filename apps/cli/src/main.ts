import type { CliContext } from './cli-context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { runCli } from './run-cli.ts'

const interrupted = new AbortController()
const hurried = new AbortController()
let isListening = false
let mayHurry = false

const context: CliContext = {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  get signal() {
    if (!isListening) {
      isListening = true
      process.on('SIGINT', interrupt)
      process.on('SIGTERM', interrupt)
    }
    return interrupted.signal
  },
  get hurry() {
    mayHurry = true
    return hurried.signal
  },
}

function interrupt(): void {
  const isLast = hurried.signal.aborted || (interrupted.signal.aborted && !mayHurry)
  if (isLast) process.exit(EXIT_CODES.interrupted)
  if (interrupted.signal.aborted) hurried.abort()
  interrupted.abort()
}

// Whoever reads our output may stop early: `sleepless logs … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.done)
  throw error
})

const exitCode = await runCli(process.argv.slice(2), context)
process.exitCode = exitCode
// A request that nobody waits for any more would keep the process until its deadline.
if (interrupted.signal.aborted) process.exit(exitCode)
