import { stat } from 'node:fs/promises'

import {
  TRANSCRIPT_NAMES,
  WORK_NAMES,
  type Held,
  type SessionRecordView,
  type WorkerClient,
  type WorkingCheckpointView,
} from '@sleepless/contracts'
import type { SessionMoment, WorkSnapshot } from '@sleepless/domain'

import { uploadFile } from '../attempt/upload-file.ts'
import { persist, type PersistOptions } from '../persist.ts'

/** What is larger stays on this host: it would keep line and store busy all the time. */
export const MAX_BUNDLE_BYTES = 256 * 2 ** 20

type StoredWork = Pick<WorkingCheckpointView, 'commit' | 'bundle'>

export interface CheckpointStoreOptions {
  readonly api: Pick<WorkerClient, 'uploadArtifact' | 'checkpoint'>
  readonly held: Held
  readonly sessionId: string
  readonly branch: string
}

/** Brings the checkpoints of an attempt to the service, one after the other. */
export interface CheckpointStore {
  /** Whether the service has one to go on from. */
  readonly hasSession: boolean
  /**
   * @param moment absent: there is no session to it.
   * @returns false when it is too large.
   */
  store(
    snapshot: WorkSnapshot,
    moment: SessionMoment | undefined,
    patiently: PersistOptions,
  ): Promise<boolean>
  /** The work alone, for people: what there is to go on from stays as it is. */
  storeWork(snapshot: WorkSnapshot, patiently: PersistOptions): Promise<boolean>
  storeSession(moment: SessionMoment, patiently: PersistOptions): Promise<SessionRecordView>
}

export function createCheckpointStore(options: CheckpointStoreOptions): CheckpointStore {
  const { api, held, sessionId, branch } = options
  const transcriptName = inTurn(TRANSCRIPT_NAMES)
  const workName = inTurn(WORK_NAMES)
  let stored: StoredWork = { commit: null, bundle: null }
  let hasSession = false

  async function uploadWork(
    { commit, bundleFile }: WorkSnapshot,
    patiently: PersistOptions,
  ): Promise<StoredWork | undefined> {
    if (commit === undefined || bundleFile === undefined) return { commit: null, bundle: null }
    if (stored.commit === commit) return stored
    if ((await stat(bundleFile)).size > MAX_BUNDLE_BYTES) return undefined
    const bundle = workName()
    await uploadFile(api, held, { name: bundle, file: bundleFile }, patiently)
    return { commit, bundle }
  }

  async function storeSession(
    { transcript: { file, sizeBytes }, heard }: SessionMoment,
    patiently: PersistOptions,
  ): Promise<SessionRecordView> {
    const artifact = transcriptName()
    const sha256 = await uploadFile(api, held, { name: artifact, file, sizeBytes }, patiently)
    return { sessionId, artifact, sizeBytes, sha256, heard }
  }

  return {
    get hasSession() {
      return hasSession
    },
    async store(snapshot, moment, patiently) {
      const work = await uploadWork(snapshot, patiently)
      if (work === undefined) return false
      const session = moment === undefined ? null : await storeSession(moment, patiently)
      const base = snapshot.base ?? null
      const checkpoint = { stage: 'working', ...work, branch, base, session } as const
      await persist(() => api.checkpoint(held, checkpoint), patiently)
      stored = work
      hasSession ||= session !== null
      return true
    },
    async storeWork(snapshot, patiently) {
      return (await uploadWork(snapshot, patiently)) !== undefined
    },
    storeSession,
  }
}

/**
 * With three, neither what the service knows nor what it may have been told of by a request that nobody
 * saw the answer of is replaced by the next.
 */
function inTurn<Name extends string>(names: readonly [Name, Name, Name]): () => Name {
  let [next, second, third] = names
  return () => {
    const name = next
    ;[next, second, third] = [second, third, name]
    return name
  }
}
