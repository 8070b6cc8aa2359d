import {
  ProjectInUseError,
  ProjectNotFoundError,
  type EgressRules,
  type Project,
  type ProjectPatch,
  type ReadTx,
  type WriteTx,
} from '@sleepless/domain'

import type { EngineDeps } from './policy.ts'

/** What is absent stays; `defaultBranch` and `concurrency` are cleared by undefined. */
export type ProjectChange = Omit<ProjectPatch, 'egress'> & {
  readonly egress?: Partial<EgressRules> | undefined
}

/** @throws {ProjectNotFoundError} */
export function existingProject(tx: ReadTx, name: string): Project {
  const project = tx.projects.find(name)
  if (project === undefined) throw new ProjectNotFoundError(name)
  return project
}

/**
 * Changes how the project's tasks run from now on; those that run go on as they began.
 *
 * @throws {ProjectNotFoundError}
 */
export function changeProject(
  tx: WriteTx,
  { clock }: EngineDeps,
  name: string,
  { egress, ...change }: ProjectChange,
): Project {
  const before = existingProject(tx, name)
  const patch = { ...change, ...(egress && { egress: { ...before.egress, ...egress } }) }
  if (Object.keys(patch).length === 0) return before
  tx.projects.update(name, patch)
  const changed = Object.fromEntries(
    Object.entries(patch).map(([field, value]) => [field, value ?? null]),
  )
  tx.events.append({ type: 'project.changed', at: clock.now(), data: { name, changed } })
  return { ...before, ...patch }
}

/**
 * Takes a project out of use. Tasks that had it keep its name, which may be given to another.
 *
 * @throws {ProjectNotFoundError}
 * @throws {ProjectInUseError} while a task of it has not ended.
 */
export function removeProject(tx: WriteTx, { clock }: EngineDeps, name: string): void {
  existingProject(tx, name)
  if (tx.projects.isInUse(name)) throw new ProjectInUseError(name)
  const at = clock.now()
  tx.projects.remove(name, at)
  tx.events.append({ type: 'project.removed', at, data: { name } })
}
