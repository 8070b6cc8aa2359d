import type { EventsReset, EventView } from '@sleepless/contracts'
import { backoffMs, type BackoffPolicy } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'
import { z } from 'zod'

import type { Outage } from '../outage.ts'
import type { TaskApi } from '../task-api.ts'
import { pause } from '../wait.ts'

export interface EventReaderDeps {
  readonly api: TaskApi
  readonly logger: Logger
  readonly apiOutage: Outage
  /** A connection on which nothing comes for so long is opened anew. */
  readonly silenceMs: number
  readonly retry: BackoffPolicy
  /** Where to begin; tried until it answers. */
  readonly loadPosition: () => Promise<number>
  /** An event for which it throws comes again. */
  readonly take: (event: EventView) => Promise<void>
}

/** Reads every event after its position, in order, over as many connections as it takes. */
export interface EventReader extends AsyncDisposable {
  /** The last event that was taken; undefined until the first position is known. */
  position(): number | undefined
}

/** An event that this version can't read is skipped after so many tries: ids have no gaps. */
const MAX_READS = 3

export function startEventReader(deps: EventReaderDeps): EventReader {
  const { api, logger, apiOutage, retry } = deps
  const stopping = new AbortController()
  let position: number | undefined
  let unreadable = { after: -1, times: 0 }

  /** What was read after that was taken back by a restore; messages are put right as tasks go on. */
  function onReset({ head, epoch }: EventsReset): void {
    logger.warn(
      { after: position, head, epoch },
      'the event log was restored; reading on at its end',
    )
    position = head
  }

  async function readOn(after: number): Promise<void> {
    await untilSilent(deps.silenceMs, stopping.signal, async (signal, heard) => {
      for await (const event of api.events({ after, signal, onReset })) {
        heard()
        apiOutage.recovered()
        await deps.take(event)
        position = event.id
      }
    })
  }
  function skipUnreadable(error: unknown): void {
    const isUnreadable = error instanceof z.ZodError || error instanceof SyntaxError
    if (!isUnreadable || position === undefined) return
    const times = unreadable.after === position ? unreadable.times + 1 : 1
    unreadable = { after: position, times }
    if (times < MAX_READS) return
    position += 1
    logger.error({ err: error, eventId: position }, 'an event cannot be read; skipping it')
  }
  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        position ??= await deps.loadPosition()
        await readOn(position)
        failures = 0
      } catch (error) {
        if (stopping.signal.aborted) return
        failures += 1
        apiOutage.failed(error)
        skipUnreadable(error)
      }
      await pause(backoffMs(Math.max(1, failures), retry), stopping.signal)
    }
  }
  const running = run()
  return {
    position: () => position,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}

/** Aborts `work` when it has not called `heard` for `ms`, and takes that for its end. */
async function untilSilent(
  ms: number,
  stopping: AbortSignal,
  work: (signal: AbortSignal, heard: () => void) => Promise<void>,
): Promise<void> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), ms)
  try {
    await work(AbortSignal.any([silence.signal, stopping]), () => timer.refresh())
  } catch (error) {
    if (!silence.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
  }
}
