import type { Held, Report, ReportBatch, WorkerClient } from '@sleepless/contracts'

import type { AttemptJournal } from '../journal/attempt-journal.ts'
import type { Batch } from '../journal/backlog.ts'
import { persist, type Patience } from '../persist.ts'

export interface ReporterOptions {
  readonly api: Pick<WorkerClient, 'report' | 'appendOutput'>
  readonly held: Held
  /** What is told goes there first. */
  readonly journal: AttemptJournal
  /** Aborted when nothing may be written any more. */
  readonly signal: AbortSignal
  readonly patience?: Patience | undefined
  /** Called once when the service refuses: the attempt is not ours any more, or the report is bad. */
  readonly onRefused: (error: unknown) => void
}

/** Brings what an attempt tells to the service, in order, and no faster than it is taken. */
export interface Reporter {
  /** Resolves when there is room for more. */
  report(report: Report): Promise<void>
  /** Resolves when there is room for more. */
  output(text: string): Promise<void>
  /** Resolves when all has arrived. @throws what `onRefused` was called with. */
  drain(): Promise<void>
  /**
   * Resolves when all has arrived but for some last reports, which are to go with the ending.
   *
   * @throws what `onRefused` was called with.
   */
  last(): Promise<LastReports | undefined>
}

type LastReports = Pick<ReportBatch, 'firstSeq' | 'reports'>

// Nobody waits for the news that an agent has started, and what it says itself soon takes it along.
const LINGER_MS = 200

/** Reports were taken that the service does not know of any more: it is not the one that took them. */
class ReportsForgottenError extends Error {
  override readonly name = 'ReportsForgottenError'
}

/**
 * While one request is under way, what comes meanwhile gathers for the next: a busy agent makes large
 * requests, and a quiet one is heard at once.
 */
export function createReporter(options: ReporterOptions): Reporter {
  const { journal, signal, onRefused } = options
  let sending: Promise<void> | undefined
  let lingering: NodeJS.Timeout | undefined
  let isEnding = false
  let refused: { readonly error: unknown } | undefined

  async function sendAll(): Promise<void> {
    try {
      for (let batch = await journal.next(); batch !== undefined; batch = await journal.next()) {
        if (isEnding && batch.isLast && batch.output.length === 0) break
        await send(batch, options)
      }
    } catch (error) {
      refused = { error }
      onRefused(error)
    }
    sending = undefined
  }

  function wake(): void {
    clearTimeout(lingering)
    sending ??= sendAll()
  }

  async function drain(): Promise<void> {
    wake()
    await sending
    if (refused !== undefined) throw refused.error
  }

  return {
    async report(report) {
      if (refused !== undefined) return
      journal.addReport(report)
      if (report.type === 'started') lingering = setTimeout(wake, LINGER_MS)
      else wake()
      await journal.room(signal)
    },
    async output(text) {
      if (refused !== undefined) return
      journal.addOutput(text)
      wake()
      await journal.room(signal)
    },
    drain,
    async last() {
      isEnding = true
      await drain()
      const rest = await journal.next()
      return rest && { firstSeq: rest.firstSeq, reports: [...rest.reports] }
    },
  }
}

async function send(
  { firstSeq, reports, offset, output }: Batch,
  { api, held, journal, signal, patience }: ReporterOptions,
): Promise<void> {
  const patiently = { signal, patience, onRetry: () => journal.setAway(true) }
  if (reports.length > 0) {
    const sent = { firstSeq, reports: [...reports] }
    const lastSeq = await persist(() => api.report(held, sent), patiently)
    if (lastSeq < firstSeq) throw new ReportsForgottenError(`after ${lastSeq}`)
    journal.reportsTaken(lastSeq)
  }
  if (output.length > 0) {
    const append = (): Promise<number> => api.appendOutput(held, offset, output)
    journal.outputTaken(await persist(append, patiently))
  }
  journal.setAway(false)
}
