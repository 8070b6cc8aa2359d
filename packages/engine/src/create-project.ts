import { DEFAULT_EGRESS, ProjectExistsError, type Project, type WriteTx } from '@sleepless/domain'

import { existingProject } from './change-project.ts'
import { once, type Idempotency } from './once.ts'
import type { EngineDeps } from './policy.ts'

/** A project that says nothing of its way out reads from package registries. */
export type ProjectFields = Omit<Project, 'createdAt' | 'egress'> & Partial<Pick<Project, 'egress'>>

/**
 * @throws {ProjectExistsError}
 * @throws {IdempotencyKeyReusedError} when the key came before with another body.
 */
export function createProject(
  tx: WriteTx,
  { clock }: EngineDeps,
  fields: ProjectFields,
  idempotency?: Idempotency,
): Project {
  const project = { egress: DEFAULT_EGRESS, ...fields, createdAt: clock.now() }
  return once(
    tx,
    {
      scope: 'project.create',
      idempotency,
      at: project.createdAt,
      subjectOf: ({ name }) => name,
      recall: (name) => existingProject(tx, name),
    },
    () => insertProject(tx, project),
  )
}

function insertProject(tx: WriteTx, project: Project): Project {
  const { name, remote, createdAt } = project
  if (tx.projects.find(name) !== undefined) throw new ProjectExistsError(name)
  tx.projects.insert(project)
  tx.events.append({ type: 'project.created', at: createdAt, data: { name, remote } })
  return project
}
