/** One run of the work, which any number of callers may wait for. */
interface Turn {
  readonly done: Promise<void>
  readonly controller: AbortController
  waiters: number
}

/**
 * Runs `work` one at a time. Callers who come while it runs share the next run, which starts after they
 * asked: so each sees the state of the world at its call or later, and a hundred callers cost two runs.
 * A run is aborted once every caller that waits for it has gone.
 */
export function createSharedTurns(
  work: (signal: AbortSignal) => Promise<void>,
): (signal: AbortSignal) => Promise<void> {
  let running: Turn | undefined
  let waiting: Turn | undefined

  const launch = (previous: Turn | undefined): Turn => {
    const controller = new AbortController()
    const run = async (): Promise<void> => {
      if (previous !== undefined) {
        await previous.done.catch(() => undefined)
        if (waiting === turn) waiting = undefined
        running = turn
      }
      try {
        await work(controller.signal)
      } finally {
        if (running === turn) running = undefined
      }
    }
    // A microtask later, so that `turn` is there when `run` looks at it.
    const turn: Turn = { controller, waiters: 0, done: Promise.resolve().then(run) }
    return turn
  }

  const join = (): Turn => {
    if (waiting !== undefined) return waiting
    if (running !== undefined) return (waiting = launch(running))
    return (running = launch(undefined))
  }

  return async (signal) => {
    signal.throwIfAborted()
    const turn = join()
    turn.waiters += 1
    try {
      await unlessAborted(turn.done, signal)
    } finally {
      turn.waiters -= 1
      if (turn.waiters === 0) {
        if (waiting === turn) waiting = undefined
        turn.controller.abort()
      }
    }
  }
}

function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
