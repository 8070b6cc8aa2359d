import type { TaskView } from '@sleepless/contracts'

import type { CliContext } from '../cli-context.ts'
import { formatDuration } from '../terminal/duration.ts'
import { createLiveLine } from '../terminal/live-line.ts'
import { createPrinter, type Printer, type Span } from '../terminal/printer.ts'
import { dollars, statusSpans } from '../views/task-text.ts'

/** Shows how a wait goes on standard error. */
export interface Progress extends Disposable {
  show(task: TaskView, costUsd: number): void
  /** What the agent does now, in one line. */
  act(action: string): void
  /** The service does not answer. */
  lost(): void
}

const LOST: readonly Span[] = [['no answer from the service; trying again', 'yellow']]

/** On a terminal one line that stays up to date, elsewhere a line for each change. */
export function createProgress({ stderr, env }: CliContext): Progress {
  const printer = createPrinter(stderr, env)
  const canRedraw = printer.isTty && env['TERM'] !== 'dumb'
  return canRedraw ? liveProgress(stderr, printer) : plainProgress(printer)
}

function plainProgress(printer: Printer): Progress {
  let last: string | undefined
  const print = (...spans: readonly Span[]): void => {
    const line = printer.render(spans)
    if (line !== last) printer.line(line)
    last = line
  }
  return {
    show: (task) => print(...statusSpans(task)),
    act: (action) => print('  ', action),
    lost: () => print(...LOST),
    [Symbol.dispose]() {},
  }
}

function liveProgress(stream: CliContext['stderr'], printer: Printer): Progress {
  const line = createLiveLine(stream)
  const begunAtMs = performance.now()
  let status: readonly Span[] = []
  let cost = ''
  let action = ''

  const draw = (): void =>
    line.show((frame) => {
      const elapsed = formatDuration(performance.now() - begunAtMs)
      const rest = [elapsed, cost, action].filter((part) => part !== '').join(' · ')
      return printer.render([[frame, 'cyan'], ' ', ...status, ` · ${rest}`], printer.columns - 1)
    })
  return {
    show(task, costUsd) {
      status = statusSpans(task)
      cost = costUsd > 0 ? dollars(costUsd) : ''
      if (task.status !== 'running') action = ''
      draw()
    },
    act(next) {
      action = next
      draw()
    },
    lost() {
      status = LOST
      draw()
    },
    [Symbol.dispose]: () => line[Symbol.dispose](),
  }
}
