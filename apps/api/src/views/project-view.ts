import type { ProjectView } from '@sleepless/contracts'
import type { Project } from '@sleepless/domain'

export function projectView({ name, remote, defaultBranch, createdAt }: Project): ProjectView {
  return {
    name,
    remote,
    defaultBranch: defaultBranch ?? null,
    createdAt: createdAt.toISOString(),
  }
}
