import type { AttemptId, WorkerId } from '@sleepless/domain'

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
import { allowanceCalls, type AllowanceCalls } from './allowance-calls.ts'
import { effectCalls, type EffectCalls } from './effect-calls.ts'
import { createNodeExchange } from './node-exchange.ts'
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
export interface WorkerClient extends EffectCalls, AllowanceCalls {
  /** @param timeoutMs by when an answer must be there: one that comes after the lease is of no use. */
  heartbeat(body: HeartbeatBody, timeoutMs: number): Promise<HeartbeatAnswer>
  /** Opens the stream whose end tells the service that the worker is gone. */
  connect(signal: AbortSignal): Promise<WorkerConnection>
  leave(): Promise<void>
  /** @param executors names of those that the worker can run at present. */
  claim(held: Held, executors: readonly string[]): Promise<ClaimAnswer>
  /** @returns the number of the last report that is on disk. */
  report(held: Held, batch: Pick<ReportBatch, 'firstSeq' | 'reports'>): Promise<number>
  /** @returns the stored length afterwards. */
  appendOutput(held: Held, offset: number, chunk: Uint8Array): Promise<number>
  uploadArtifact(held: Held, upload: Upload): Promise<void>
  /** Said again by the same holder, it succeeds again. */
  finish(held: Held, body: Pick<FinishBody, 'outcome' | 'usage' | 'last'>): Promise<void>
  /** Says that nobody knows how the attempt ended: it counts as lost, at once. */
  abandon(held: Held): Promise<void>
  /** The same service, for a worker whose process is dead and that somebody has to speak for. */
  as(workerId: WorkerId): WorkerClient
}

// The largest bundles, over a slow line.
const UPLOAD_TIMEOUT_MS = 10 * 60 * 1000

export function createWorkerClient(workerId: WorkerId, options: TransportOptions): WorkerClient {
  const { exchange = createNodeExchange() } = options
  const transport = createTransport({ ...options, exchange })
  const worker = `/internal/workers/${workerId}`
  const proof = ({ fence }: Held): { workerId: WorkerId; fence: number } => ({ workerId, fence })

  return {
    heartbeat: (json, timeoutMs) =>
      transport.json(heartbeatAnswer, `${worker}/heartbeat`, { method: 'POST', json, timeoutMs }),
    connect: (signal) => openConnection(transport, `${worker}/stream`, signal),
    async leave() {
      await transport.send(worker, { method: 'DELETE' })
    },
    claim: (held, executors) =>
      transport.json(claimAnswer, `${attempt(held)}/claim`, {
        method: 'POST',
        json: { ...proof(held), executors },
      }),
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
      await transport.open(`${attempt(held)}/artifacts/${encodeURIComponent(name)}`, {
        method: 'PUT',
        query: { ...proof(held), sha256 },
        body: content,
        timeoutMs: UPLOAD_TIMEOUT_MS,
        headers: { 'content-type': 'application/octet-stream' },
      })
    },
    ...effectCalls(transport, workerId),
    ...allowanceCalls(transport, workerId),
    async finish(held, body) {
      await transport.send(`${attempt(held)}/finish`, {
        method: 'POST',
        json: { ...proof(held), ...body },
      })
    },
    async abandon(held) {
      await transport.send(`${attempt(held)}/abandon`, { method: 'POST', json: proof(held) })
    },
    as: (other) => createWorkerClient(other, { ...options, exchange }),
  }
}

function attempt({ attemptId }: Held): string {
  return `/internal/attempts/${attemptId}`
}
