import { heldAttempt, recordOutput, type Holder } from '@sleepless/engine'

import type { ApiDeps } from '../deps.ts'
import { readBytes, streamOf } from '../plugins/octet-stream.ts'

// Workers send less at once; this only bounds what one request can hold in memory.
const MAX_CHUNK_BYTES = 4 * 1024 * 1024

export interface OutputChunk {
  readonly holder: Holder
  readonly offset: number
  readonly body: unknown
}

/**
 * Stores a chunk of output, then logs it. Sent again, it changes nothing, also when the first sending
 * is still under way.
 *
 * @returns the stored length afterwards.
 * @throws {LeaseLostError} {OutputGapError}
 */
export async function receiveOutput(
  deps: ApiDeps,
  { holder, offset, body }: OutputChunk,
): Promise<number> {
  const bytes = await readBytes(streamOf(body), MAX_CHUNK_BYTES)
  return deps.outputTurns.run(holder.attemptId, () => storeOutput(deps, holder, { offset, bytes }))
}

async function storeOutput(
  { store, spool, engine }: ApiDeps,
  holder: Holder,
  { offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array },
): Promise<number> {
  const { outputBytes } = await store.read((tx) => heldAttempt(tx, holder))
  const lengthBytes = await spool.append(holder.attemptId, offset, bytes)
  // What a crash kept from being logged is logged with the chunk that follows.
  if (lengthBytes > outputBytes) {
    const sha256 = await spool.sha256(holder.attemptId, outputBytes, lengthBytes)
    const segment = { offset: outputBytes, lengthBytes: lengthBytes - outputBytes, sha256 }
    await store.write((tx) => recordOutput(tx, engine, holder, segment))
  }
  return lengthBytes
}
