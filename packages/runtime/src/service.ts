import { setMaxListeners } from 'node:events'

/** Resolves when the process is asked to stop by SIGINT or SIGTERM. A second signal ends it at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}

/**
 * Runs a service until it is asked to stop, then closes what it opened, newest first.
 * The process ends by draining the event loop, so that the last log lines are written.
 */
export async function runService(
  start: (resources: AsyncDisposableStack) => Promise<void>,
  signal: AbortSignal = stopSignal(),
): Promise<void> {
  await using resources = new AsyncDisposableStack()
  await start(resources)
  await aborted(signal)
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
