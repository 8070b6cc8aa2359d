import { ApiError, type Held, type WorkerClient } from '@sleepless/contracts'
import { attemptId } from '@sleepless/domain'

import { createReporter } from '../attempt/reporter.ts'
import { persist, type Patience } from '../persist.ts'
import type { LeftJournal } from './left-journal.ts'

export interface DeliverOptions {
  readonly signal: AbortSignal
  readonly patience?: Patience | undefined
}

/**
 * Tells the service what a dead worker had not told yet: reports, output, and the ending; where there
 * is none, that the attempt is lost. An attempt that has passed on meanwhile needs nothing of it.
 *
 * @throws when the service gives no answer that is of use.
 */
export async function deliver(
  api: WorkerClient,
  { claimed, journal }: LeftJournal,
  { signal, patience }: DeliverOptions,
): Promise<void> {
  const held: Held = { attemptId: attemptId(claimed.attemptId), fence: claimed.fence }
  const reporter = createReporter({
    api,
    held,
    journal,
    signal,
    patience,
    onRefused: () => undefined,
  })
  try {
    await reporter.drain()
    const ending = journal.ending()
    const tell = (): Promise<void> =>
      ending === undefined ? api.abandon(held) : api.finish(held, ending)
    await persist(tell, { signal, patience })
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error
  }
}
