import { setTimeout as delay } from 'node:timers/promises'

import type { Logger } from './logger.ts'

/** A piece of work that is asked for often, and runs once at a time. */
export interface Pass extends Disposable {
  /** Runs it soon; asked while it runs, it runs once more. */
  ask(): void
}

export interface PassOptions {
  readonly logger: Logger
  /** Between the end of one and the beginning of the next, in milliseconds. Default: none. */
  readonly pauseMs?: number
}

export function createPass(
  name: string,
  work: () => Promise<void>,
  { logger, pauseMs = 0 }: PassOptions,
): Pass {
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
      if (pauseMs > 0)
        await delay(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(
          () => undefined,
        )
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
