import type { WorkerId } from '@sleepless/domain'

import type { Checkpoint } from '../internal/checkpoint.ts'
import {
  attemptEffectAnswer,
  type AttemptEffectAnswer,
  type BeginAttemptEffectBody,
} from '../internal/effect.ts'
import type { Transport } from './transport.ts'
import type { Held } from './worker-client.ts'

export type EffectBeginning = Omit<BeginAttemptEffectBody, 'workerId' | 'fence'>

/** What a worker says and asks once the agent of an attempt has succeeded. */
export interface EffectCalls {
  /** Says where a later attempt can go on; its bundle must have been uploaded. */
  checkpoint(held: Held, checkpoint: Checkpoint): Promise<void>
  /**
   * The bundle of the commit at which the attempt goes on.
   *
   * @param signal ends the download too.
   */
  resumeBundle(held: Held, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** The transcript of the session that the attempt goes on with. */
  resumeTranscript(held: Held, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Nothing may be done that the outside world sees before the answer is there. */
  beginEffect(held: Held, body: EffectBeginning): Promise<AttemptEffectAnswer>
  completeEffect(held: Held, key: string, result: Readonly<Record<string, unknown>>): Promise<void>
}

export function effectCalls(transport: Transport, workerId: WorkerId): EffectCalls {
  const proof = ({ fence }: Held): { workerId: WorkerId; fence: number } => ({ workerId, fence })
  async function resumeFile(
    held: Held,
    what: string,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const query = proof(held)
    const { body } = await transport.open(`${attempt(held)}/resume/${what}`, { query, signal })
    return body ?? new Blob([]).stream()
  }

  return {
    async checkpoint(held, checkpoint) {
      const json = { ...proof(held), checkpoint }
      await transport.send(`${attempt(held)}/checkpoint`, { method: 'PUT', json })
    },
    resumeBundle: (held, signal) => resumeFile(held, 'bundle', signal),
    resumeTranscript: (held, signal) => resumeFile(held, 'transcript', signal),
    beginEffect(held, body) {
      const json = { ...proof(held), ...body }
      const path = `${attempt(held)}/effects/begin`
      return transport.json(attemptEffectAnswer, path, { method: 'POST', json })
    },
    async completeEffect(held, key, result) {
      const json = { ...proof(held), key, result }
      await transport.send(`${attempt(held)}/effects/complete`, { method: 'POST', json })
    },
  }
}

function attempt({ attemptId }: Held): string {
  return `/internal/attempts/${attemptId}`
}
