/** Someone waits; others may end the wait early. A wake that nobody waits for ends the next wait. */
export interface Wake {
  wake(): void
  /** Resolves when woken, after `ms` at the latest. */
  wait(ms: number): Promise<void>
}

// Timers take no more than this.
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function createWake(): Wake {
  let isWoken = false
  let end: (() => void) | undefined
  return {
    wake() {
      isWoken = true
      end?.()
    },
    async wait(ms) {
      if (!isWoken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(ms, LONGEST_TIMER_MS))
          end = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        end = undefined
      }
      isWoken = false
    },
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}

/** No answer came in time; whether it would have come is not known. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  readonly code = 'NO_ANSWER_IN_TIME'

  constructor(ms: number) {
    super(`no answer within ${ms} ms`)
  }
}

/**
 * Gives `work` so many milliseconds; its signal is aborted when they have passed.
 *
 * @throws {DeadlineError} whatever the work does about its signal.
 */
export async function within<Value>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError(ms))
      controller.abort()
    }, ms)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
