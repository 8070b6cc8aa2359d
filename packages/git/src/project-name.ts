import { WorkspaceError } from '@sleepless/domain'

const PROJECT_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const MAX_LENGTH = 64

/**
 * The name as a folder name. The api has checked it already; a worker does not rest on that, as the
 * name becomes part of a path.
 *
 * @throws {WorkspaceError} unless it is a slug.
 */
export function checkProjectName(name: string): string {
  if (name.length <= MAX_LENGTH && PROJECT_NAME.test(name)) return name
  throw new WorkspaceError(`expected a project name, got ${JSON.stringify(name.slice(0, 80))}`)
}
