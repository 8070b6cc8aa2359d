import type { Held, WorkerClient } from '@sleepless/contracts'
import type { Commit } from '@sleepless/domain'

import { uploadFile } from './upload-file.ts'

/** Brings a commit and its diff to the service: this worker's disk is not their only place. */
export async function uploadCommit(
  api: WorkerClient,
  held: Held,
  { diffFile, bundleFile }: Commit,
  signal: AbortSignal,
): Promise<void> {
  await uploadFile(api, held, { name: 'diff.patch', file: diffFile }, { signal })
  await uploadFile(api, held, { name: 'commit.bundle', file: bundleFile }, { signal })
}
