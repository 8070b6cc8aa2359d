import { ProjectExistsError, type Project, type WriteTx } from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** @throws {ProjectExistsError} */
export function createProject(
  tx: WriteTx,
  { clock }: EngineDeps,
  fields: Omit<Project, 'createdAt'>,
): Project {
  if (tx.projects.find(fields.name) !== undefined) throw new ProjectExistsError(fields.name)
  const project = { ...fields, createdAt: clock.now() }
  tx.projects.insert(project)
  tx.events.append({
    type: 'project.created',
    at: project.createdAt,
    data: { name: project.name, remote: project.remote },
  })
  return project
}
