import type { Held, Report, WorkerClient } from '@sleepless/contracts'

import { persist } from '../persist.ts'
import { createBacklog } from './backlog.ts'

export interface ReporterOptions {
  readonly api: WorkerClient
  readonly held: Held
  /** Aborted when nothing may be written any more. */
  readonly signal: AbortSignal
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
}

// What may wait in memory while the service is slow; beyond it, the agent waits.
const MAX_PENDING_BYTES = 1024 * 1024
const MAX_PENDING_REPORTS = 1000

/**
 * While one request is under way, what comes meanwhile gathers for the next: a busy agent makes large
 * requests, and a quiet one is heard at once.
 */
export function createReporter({ api, held, signal, onRefused }: ReporterOptions): Reporter {
  const backlog = createBacklog()
  let sending: Promise<void> | undefined
  let refused: { readonly error: unknown } | undefined

  async function send(): Promise<void> {
    const { firstSeq, reports } = backlog.nextReports()
    if (reports.length > 0) {
      const batch = { firstSeq, reports: [...reports] }
      backlog.reportsTaken(await persist(() => api.report(held, batch), { signal }))
    }
    const { offset, chunk } = backlog.nextOutput()
    if (chunk.length > 0) {
      const append = (): Promise<number> => api.appendOutput(held, offset, chunk)
      backlog.outputTaken(await persist(append, { signal }))
    }
  }

  async function sendAll(): Promise<void> {
    try {
      while (!backlog.isEmpty()) await send()
    } catch (error) {
      refused = { error }
      backlog.clear()
      onRefused(error)
    }
    sending = undefined
  }

  function wake(): void {
    sending ??= sendAll()
  }

  return {
    async report(report) {
      if (refused !== undefined) return
      backlog.addReport(report)
      wake()
      if (backlog.reportCount() > MAX_PENDING_REPORTS) await sending
    },
    async output(text) {
      if (refused !== undefined) return
      backlog.addOutput(text)
      wake()
      if (backlog.outputBytes() > MAX_PENDING_BYTES) await sending
    },
    async drain() {
      await sending
      if (refused !== undefined) throw refused.error
    },
  }
}
