import type { BackUpProgress } from '@sleepless/storage'

import type { CliContext } from '../cli-context.ts'
import { createLiveLine } from '../terminal/live-line.ts'

export interface ProgressLine extends Disposable {
  readonly show: (progress: BackUpProgress) => void
}

const said: Readonly<Record<BackUpProgress['step'], string>> = {
  copy: 'copying',
  pages: 'checking pages',
  events: 'verifying events',
  tasks: 'comparing tasks with the log',
}

/**
 * How far it has come, on a terminal only.
 *
 * @param signal ends the work at its next step, by what `show` throws then.
 */
export function createProgressLine(
  { stderr }: Pick<CliContext, 'stderr'>,
  signal?: AbortSignal,
): ProgressLine {
  const line = stderr.isTTY === true ? createLiveLine(stderr) : undefined
  return {
    show({ step, done, total }) {
      signal?.throwIfAborted()
      const figures = total === undefined ? `${done}` : `${done} of ${total} pages`
      line?.show((frame) => `${frame} ${said[step]}: ${figures}`)
    },
    [Symbol.dispose]: () => line?.[Symbol.dispose](),
  }
}
