import type { Workspaces } from '@sleepless/domain'

import type { WorkerDeps } from '../deps.ts'
import { pause } from '../pause.ts'
import type { WorkerTiming } from '../timing.ts'
import { lookAtMachine, type LookAtMachine } from './shortage-watch.ts'
import { isDiskLow } from './shortage.ts'

type UpkeepDeps = Pick<WorkerDeps, 'workspaces' | 'journalPath' | 'look' | 'logger'>

/** What is done for the disk beside the attempts. Disposing ends it. */
export interface Upkeep extends AsyncDisposable {
  /** Looks at the machine, once all that can be spared has gone from a disk that has become full. */
  readonly look: LookAtMachine
  /** The same, with something ready for the next attempt after each that has begun. */
  readonly workspaces: Workspaces
}

export function startUpkeep(
  { workspaces, logger, journalPath, look = () => lookAtMachine(journalPath) }: UpkeepDeps,
  { tidyEveryMs }: Pick<WorkerTiming, 'tidyEveryMs'>,
): Upkeep {
  const stopping = new AbortController()
  const { signal } = stopping
  let wake = new AbortController()

  const isLow = async (): Promise<boolean> => isDiskLow(await look())
  const tidy = (): Promise<void> =>
    workspaces.tidy(isLow, signal).catch((error: unknown) => {
      logger.warn({ err: error }, 'disk not tidied')
    })

  async function stockUp(): Promise<void> {
    try {
      if (!(await isLow())) await workspaces.stockUp(signal)
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'no clone prepared')
    }
  }

  async function goOn(): Promise<void> {
    let tidiedAtMs = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      wake = new AbortController()
      if (performance.now() - tidiedAtMs >= tidyEveryMs) {
        await tidy()
        tidiedAtMs = performance.now()
      }
      await stockUp()
      await pause(tidyEveryMs, AbortSignal.any([signal, wake.signal]))
    }
  }

  const going = goOn()
  return {
    async look() {
      const found = await look()
      if (!isDiskLow(found)) return found
      await tidy()
      return look()
    },
    workspaces: {
      ...workspaces,
      async open(...request) {
        const workspace = await workspaces.open(...request)
        wake.abort()
        return workspace
      },
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await going
    },
  }
}
