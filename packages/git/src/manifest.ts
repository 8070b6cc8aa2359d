import { open, readFile, rename } from 'node:fs/promises'

import { taskId, WorkspaceError, type TaskId } from '@sleepless/domain'

import { isBranchName } from './branch-name.ts'
import { hasCode } from './failure.ts'
import { checkProjectName } from './project-name.ts'
import type { Tip } from './references.ts'

/** What it takes to open a workspace again whose process has died. */
export interface Manifest {
  readonly taskId: TaskId
  /** Absent: a thought. */
  readonly project: string | undefined
  readonly branch: string
  /** Absent: an empty tree. */
  readonly base: Tip | undefined
}

/** Once it is there, it is whole: also after a power cut. */
export async function writeManifest(file: string, manifest: Manifest): Promise<void> {
  const draft = `${file}.new`
  await using handle = await open(draft, 'w', 0o600)
  await handle.writeFile(JSON.stringify(manifest))
  await handle.sync()
  await rename(draft, file)
}

/**
 * @returns undefined when there is none.
 * @throws {WorkspaceError} when it is not one of ours: nothing of it may become a path or an argument.
 */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
  try {
    return parse(JSON.parse(text))
  } catch (error) {
    throw new WorkspaceError(`what tells whose it is cannot be read: ${String(error)}`)
  }
}

function parse(value: unknown): Manifest {
  const { taskId: id, project, branch, base } = recordOf(value)
  if (typeof branch !== 'string' || !isBranchName(branch)) throw new Error('it names no branch')
  if (project !== undefined && typeof project !== 'string') throw new Error('it names no project')
  return {
    taskId: taskId(String(id)),
    project: project === undefined ? undefined : checkProjectName(project),
    branch,
    base: base === undefined ? undefined : parseTip(base),
  }
}

function parseTip(value: unknown): Tip {
  const { commit, tree } = recordOf(value)
  return { commit: hashOf(commit), tree: hashOf(tree) }
}

function hashOf(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{40}$/.test(value)) return value
  throw new Error('it names no commit')
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value }
  throw new Error('it is no object')
}
