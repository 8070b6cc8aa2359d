import { MARKER_VARIABLE } from './guard.ts'
import { sweep } from './sweep.ts'

/**
 * Kills what runs of any process have left behind, for instance of one that died together with what
 * watched over it. Takes some seconds at most, also where something can't be killed.
 *
 * @param runIds the attempts whose agents must not run any more.
 */
export async function killRemains(runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return
  const ends = runIds.map((runId) => `.${runId}`)
  await sweep({
    isMarker: (variable) =>
      variable.startsWith(`${MARKER_VARIABLE}=`) && ends.some((end) => variable.endsWith(end)),
    directories: [],
    known: new Map(),
  })
}
