import { ARTIFACT_NAMES, type Checkpoint, type SessionRecordView } from '@sleepless/contracts'
import type { AttemptCheckpoint, SessionRecord } from '@sleepless/domain'

/** A checkpoint as a worker tells it. */
export function checkpointOf(told: Checkpoint): AttemptCheckpoint {
  const base = told.base ?? undefined
  const session = told.session ?? undefined
  if (told.stage === 'committed') return { ...told, base, session }
  const { commit, bundle } = told
  return { ...told, base, session, commit: commit ?? undefined, bundle: bundle ?? undefined }
}

/** A checkpoint as the next worker is told it. */
export function checkpointView(checkpoint: AttemptCheckpoint): Checkpoint {
  const base = checkpoint.base ?? null
  const session = sessionView(checkpoint.session)
  if (checkpoint.stage === 'committed') {
    return { ...checkpoint, base, session, warnings: [...checkpoint.warnings] }
  }
  const { commit, bundle } = checkpoint
  return { ...checkpoint, base, session, commit: commit ?? null, bundle: artifactName(bundle) }
}

function sessionView(session: SessionRecord | undefined): SessionRecordView | null {
  const artifact = artifactName(session?.artifact)
  return session === undefined || artifact === null ? null : { ...session, artifact }
}

/** @returns null for one that is no artifact's: of a version that named them otherwise. */
function artifactName(name: string | undefined): SessionRecordView['artifact'] | null {
  return ARTIFACT_NAMES.find((known) => known === name) ?? null
}
