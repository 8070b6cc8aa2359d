import { clearLine, cursorTo } from 'node:readline'

import type { OutputStream } from '../cli-context.ts'

export interface LiveLine extends Disposable {
  /** Draws the line anew now, and from then on as time passes, until it is erased. */
  show(render: (frame: string) => string): void
  erase(): void
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 120

/** One line of a terminal that is drawn over and over. `render` must return less than a line. */
export function createLiveLine(stream: OutputStream): LiveLine {
  let render: ((frame: string) => string) | undefined
  let ticks = 0

  const draw = (): void => {
    if (render === undefined) return
    cursorTo(stream, 0)
    stream.write(render(FRAMES[ticks % FRAMES.length] ?? ''))
    clearLine(stream, 1)
  }
  const timer = setInterval(() => {
    ticks += 1
    draw()
  }, FRAME_MS)
  timer.unref()

  const erase = (): void => {
    if (render === undefined) return
    render = undefined
    cursorTo(stream, 0)
    clearLine(stream, 0)
  }
  return {
    show(next) {
      render = next
      draw()
    },
    erase,
    [Symbol.dispose]() {
      clearInterval(timer)
      erase()
    },
  }
}
