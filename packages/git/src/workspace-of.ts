import type { AttemptId, TaskId, Workspace } from '@sleepless/domain'

import type { HostGit } from './host-git.ts'
import { createRecorder, type HostRepository } from './recorder.ts'
import { createSnapshots } from './snapshots.ts'
import type { AttemptPaths } from './workspace-root.ts'
import { createWorkspace } from './workspace.ts'

export interface WorkspaceParts {
  readonly taskId: TaskId
  readonly attemptId: AttemptId
  readonly paths: AttemptPaths
  readonly repository: HostRepository
}

/** The workspace of an attempt whose folder is ready. */
export function workspaceOf(
  { git, kept }: HostGit,
  { paths, repository, ...ids }: WorkspaceParts,
): Workspace {
  const { gitDir, base } = repository
  return createWorkspace({
    git,
    paths,
    repository,
    snapshots: createSnapshots({ git, gitDir, paths, base }),
    recorder: createRecorder({ git, repository, ...ids }),
    kept,
  })
}
