import { checkPages } from './check-pages.ts'

export interface WatchPagesOptions {
  readonly file: string
  /** Called when a check has found damage; no check follows. */
  readonly onDamage: (detail: string) => void
  /** How long after the start the first check begins. Default: one minute. */
  readonly firstMs?: number
  /** From the end of one check to the beginning of the next. Default: six hours. */
  readonly everyMs?: number
}

const MINUTE_MS = 60_000
const TIMEOUT_MS = 30 * MINUTE_MS

/** Reads a database page by page, now and then, so that damage is found before it is needed. */
export function watchPages(options: WatchPagesOptions): Disposable {
  const { file, onDamage, firstMs = MINUTE_MS, everyMs = 360 * MINUTE_MS } = options
  const stopping = new AbortController()
  const { signal } = stopping
  let timer = later(firstMs)

  function later(delayMs: number): NodeJS.Timeout {
    const next = setTimeout(() => void check(), delayMs)
    next.unref()
    return next
  }

  async function check(): Promise<void> {
    const verdict = await checkPages({ file, timeoutMs: TIMEOUT_MS, signal })
    if (signal.aborted) return
    if (verdict.kind === 'damaged') onDamage(verdict.detail)
    else timer = later(everyMs)
  }

  return {
    [Symbol.dispose]() {
      stopping.abort()
      clearTimeout(timer)
    },
  }
}
