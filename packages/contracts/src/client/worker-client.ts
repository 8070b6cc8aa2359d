import type { AttemptId, WorkerId } from '@sleepless/domain'

import type { Checkpoint } from '../internal/checkpoint.ts'
import {
  attemptEffectAnswer,
  type AttemptEffectAnswer,
  type BeginAttemptEffectBody,
} from '../internal/effect.ts'
import {
  outputAnswer,
  reportAnswer,
  type FinishBody,
  type ReportBatch,
} from '../internal/report.ts'
import {
  claimAnswer,
  heartbeatAnswer,
  type ClaimAnswer,
  type HeartbeatAnswer,
  type HeartbeatBody,
} from '../internal/worker.ts'
import { createTransport, type TransportOptions } from './transport.ts'
import { openConnection, type WorkerConnection } from './worker-connection.ts'

/** What an attempt's holder shows with everything that it writes. */
export interface Held {
  readonly attemptId: AttemptId
  readonly fence: number
}

export interface Upload {
  readonly name: string
  readonly content: ReadableStream<Uint8Array>
  /** Of the content, as hex. */
  readonly sha256: string
}

/**
 * The HTTP surface for one worker. Methods throw ApiUnreachableError when no answer comes, and
 * ApiError with status 409 once the attempt has passed on.
 */
export interface WorkerClient {
  /** @param timeoutMs by when an answer must be there: one that comes after the lease is of no use. */
  heartbeat(body: HeartbeatBody, timeoutMs: number): Promise<HeartbeatAnswer>
  /** Opens the stream whose end tells the service that the worker is gone. */
  connect(signal: AbortSignal): Promise<WorkerConnection>
  leave(): Promise<void>
  claim(held: Held): Promise<ClaimAnswer>
  /** @returns the number of the last report that is on disk. */
  report(held: Held, batch: Pick<ReportBatch, 'firstSeq' | 'reports'>): Promise<number>
  /** @returns the stored length afterwards. */
  appendOutput(held: Held, offset: number, chunk: Uint8Array): Promise<number>
  uploadArtifact(held: Held, upload: Upload): Promise<void>
  /** Says where a later attempt can go on; its bundle must have been uploaded. */
  checkpoint(held: Held, checkpoint: Checkpoint): Promise<void>
  /**
   * The bundle of the commit at which the attempt goes on.
   *
   * @param signal ends the download too.
   */
  resumeBundle(held: Held, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** Nothing may be done that the outside world sees before the answer is there. */
  beginEffect(held: Held, body: EffectBeginning): Promise<AttemptEffectAnswer>
  completeEffect(held: Held, key: string, result: Readonly<Record<string, unknown>>): Promise<void>
  /** Said again by the same holder, it succeeds again. */
  finish(held: Held, body: Pick<FinishBody, 'outcome' | 'usage'>): Promise<void>
  /** Says that nobody knows how the attempt ended: it counts as lost, at once. */
  abandon(held: Held): Promise<void>
  /** The same service, for a worker whose process is dead and that somebody has to speak for. */
  as(workerId: WorkerId): WorkerClient
}

export type EffectBeginning = Omit<BeginAttemptEffectBody, 'workerId' | 'fence'>

// The largest bundles, over a slow line.
const UPLOAD_TIMEOUT_MS = 10 * 60 * 1000

export function createWorkerClient(workerId: WorkerId, options: TransportOptions): WorkerClient {
  const transport = createTransport(options)
  const worker = `/internal/workers/${workerId}`
  const proof = ({ fence }: Held): { workerId: WorkerId; fence: number } => ({ workerId, fence })

  return {
    heartbeat: (json, timeoutMs) =>
      transport.json(heartbeatAnswer, `${worker}/heartbeat`, { method: 'POST', json, timeoutMs }),
    connect: (signal) => openConnection(transport, `${worker}/stream`, signal),
    async leave() {
      await transport.request(worker, { method: 'DELETE' })
    },
    claim: (held) =>
      transport.json(claimAnswer, `${attempt(held)}/claim`, { method: 'POST', json: proof(held) }),
    async report(held, batch) {
      const answer = await transport.json(reportAnswer, `${attempt(held)}/reports`, {
        method: 'POST',
        json: { ...proof(held), ...batch },
      })
      return answer.acknowledgedSeq
    },
    async appendOutput(held, offset, chunk) {
      const answer = await transport.json(outputAnswer, `${attempt(held)}/output`, {
        method: 'PUT',
        query: { ...proof(held), offset },
        body: chunk,
        headers: { 'content-type': 'application/octet-stream' },
      })
      return answer.lengthBytes
    },
    async uploadArtifact(held, { name, content, sha256 }) {
      await transport.request(`${attempt(held)}/artifacts/${encodeURIComponent(name)}`, {
        method: 'PUT',
        query: { ...proof(held), sha256 },
        body: content,
        timeoutMs: UPLOAD_TIMEOUT_MS,
        headers: { 'content-type': 'application/octet-stream' },
      })
    },
    async checkpoint(held, checkpoint) {
      await transport.request(`${attempt(held)}/checkpoint`, {
        method: 'PUT',
        json: { ...proof(held), checkpoint },
      })
    },
    async resumeBundle(held, signal) {
      const query = proof(held)
      const { body } = await transport.request(`${attempt(held)}/resume/bundle`, { query, signal })
      return body ?? new Blob([]).stream()
    },
    beginEffect: (held, body) =>
      transport.json(attemptEffectAnswer, `${attempt(held)}/effects/begin`, {
        method: 'POST',
        json: { ...proof(held), ...body },
      }),
    async completeEffect(held, key, result) {
      await transport.request(`${attempt(held)}/effects/complete`, {
        method: 'POST',
        json: { ...proof(held), key, result },
      })
    },
    async finish(held, body) {
      await transport.request(`${attempt(held)}/finish`, {
        method: 'POST',
        json: { ...proof(held), ...body },
      })
    },
    async abandon(held) {
      await transport.request(`${attempt(held)}/abandon`, { method: 'POST', json: proof(held) })
    },
    as: (other) => createWorkerClient(other, options),
  }
}

function attempt({ attemptId }: Held): string {
  return `/internal/attempts/${attemptId}`
}
