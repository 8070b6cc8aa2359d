/** `setTimeout` takes no more; as good as never. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface SilenceOptions {
  /** How long the next chunk may be waited for, in milliseconds. */
  readonly limitMs: number
  /** Whether a silence that begins now is to be expected, however long it is. */
  readonly isExcused: () => boolean
  readonly onSilence: () => void
}

/**
 * Passes chunks on, and tells when the next one is too long in coming. The time that whoever takes
 * them needs does not count, nor does the time before the first.
 */
export async function* watchSilence<T>(
  chunks: AsyncIterable<T>,
  { limitMs, isExcused, onSilence }: SilenceOptions,
): AsyncGenerator<T, void, undefined> {
  let timer: NodeJS.Timeout | undefined
  try {
    for await (const chunk of chunks) {
      clearTimeout(timer)
      yield chunk
      if (!isExcused()) timer = setTimeout(onSilence, Math.min(limitMs, MAX_TIMER_MS))
    }
  } finally {
    clearTimeout(timer)
  }
}
