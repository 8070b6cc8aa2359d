import type { ProjectView } from '@sleepless/contracts'
import type { Project } from '@sleepless/domain'

export function projectView({
  name,
  remote,
  defaultBranch,
  concurrency,
  egress: { registries, hosts },
  createdAt,
}: Project): ProjectView {
  return {
    name,
    remote,
    defaultBranch: defaultBranch ?? null,
    concurrency: concurrency ?? null,
    egress: { registries, hosts: [...hosts] },
    createdAt: createdAt.toISOString(),
  }
}
