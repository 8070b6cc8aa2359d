import type { Logger } from './logger.ts'

/** A piece of work that is asked for often, and runs once at a time. */
export interface Pass extends Disposable {
  /** Runs it soon; asked while it runs, it runs once more. */
  ask(): void
}

export function createPass(name: string, work: () => Promise<void>, logger: Logger): Pass {
  const stopping = new AbortController()
  let isRunning = false
  let isAsked = false

  async function run(): Promise<void> {
    isRunning = true
    while (isAsked && !stopping.signal.aborted) {
      isAsked = false
      try {
        await work()
      } catch (error) {
        if (!stopping.signal.aborted) logger.error({ err: error, pass: name }, 'pass failed')
      }
    }
    isRunning = false
  }

  return {
    ask() {
      isAsked = true
      if (!isRunning) void run()
    },
    [Symbol.dispose]: () => stopping.abort(),
  }
}
