import type { ProjectView } from '@sleepless/contracts'
import type { Project } from '@sleepless/domain'

export function projectView({
  name,
  remote,
  defaultBranch,
  concurrency,
  createdAt,
}: Project): ProjectView {
  return {
    name,
    remote,
    defaultBranch: defaultBranch ?? null,
    concurrency: concurrency ?? null,
    createdAt: createdAt.toISOString(),
  }
}
