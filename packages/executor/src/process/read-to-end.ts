import type { Readable } from 'node:stream'

/**
 * The chunks of a pipe, read only as fast as they are taken. Once `writersGone` settles, a pipe
 * that is empty and still open is given up after `lingerMs`: somebody who escaped holds it.
 */
export async function* readToEnd(
  pipe: Readable,
  writersGone: Promise<unknown>,
  lingerMs: number,
): AsyncGenerator<Buffer, void, undefined> {
  let waitingSince: number | undefined = performance.now()
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const giveUp = (): void => {
    if (waitingSince !== undefined && performance.now() - waitingSince >= lingerMs) pipe.destroy()
  }
  const watch = async (): Promise<void> => {
    await writersGone
    if (!isOver) timer = setInterval(giveUp, lingerMs)
  }
  void watch()
  try {
    // Whoever stops reading early also disposes of the pipe.
    const chunks: AsyncIterable<Buffer> = pipe.iterator({ destroyOnReturn: false })
    for await (const chunk of chunks) {
      waitingSince = undefined
      yield chunk
      waitingSince = performance.now()
    }
  } catch (error) {
    if (!pipe.destroyed) throw error
  } finally {
    isOver = true
    clearInterval(timer)
  }
}
