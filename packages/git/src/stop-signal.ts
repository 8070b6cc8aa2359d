/** Aborts at a deadline or with another signal, whichever comes first. Dispose when the work is done. */
export interface StopSignal extends Disposable {
  readonly signal: AbortSignal
}

export function stopSignal(limitMs: number, other: AbortSignal | undefined): StopSignal {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  const timer = setTimeout(stop, limitMs)
  if (other?.aborted === true) stop()
  else other?.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      other?.removeEventListener('abort', stop)
    },
  }
}
