import type { Transformer } from 'node:stream/web'

/**
 * Lets bytes through as they are, and fails when none have come for a while.
 *
 * @param silenceMs default: for as long as it takes.
 */
export function unlessSilent(
  silenceMs: number | undefined,
): TransformStream<Uint8Array, Uint8Array> {
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => clearTimeout(timer)
  const transformer: Transformer<Uint8Array, Uint8Array> = {
    start(controller) {
      if (silenceMs === undefined) return
      const fail = (): void => controller.error(new Error(`nothing came for ${silenceMs} ms`))
      timer = setTimeout(fail, silenceMs)
    },
    transform(bytes, controller) {
      timer?.refresh()
      controller.enqueue(bytes)
    },
    flush: stop,
    // For a reader that goes, and for a connection that breaks.
    cancel: stop,
  }
  return new TransformStream(transformer)
}
