import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import type { SeenCommit } from '../check/evidence.ts'
import type { Places } from '../stack/places.ts'

const run = promisify(execFile)
const FORMAT = '%H%x00%(trailers:key=Task,valueonly)%x00%(trailers:key=Attempt,valueonly)'

/** Repositories in which the work of a task can be: those of its thoughts, and of all projects. */
export function repositoriesOf({ workers, remote }: Places, taskId: string): readonly string[] {
  const own = workers.flatMap((home) => {
    const thought = path.join(home, 'workspace', 'thoughts', `${taskId}.git`)
    const projects = path.join(home, 'workspace', 'projects')
    const mirrors = existsSync(projects) ? readdirSync(projects) : []
    return [thought, ...mirrors.map((name) => path.join(projects, name))]
  })
  return [...own, remote].filter((repository) => existsSync(path.join(repository, 'HEAD')))
}

/** @returns undefined when no repository holds the commit. */
export async function findCommit(
  repositories: readonly string[],
  hash: string,
): Promise<SeenCommit | undefined> {
  for (const repository of repositories) {
    try {
      const { stdout } = await git(repository, 'log', '-1', `--format=${FORMAT}`, hash)
      const [found = '', taskId = '', attemptId = ''] = stdout
        .split('\0')
        .map((part) => part.trim())
      return { hash: found, taskId: taskId || undefined, attemptId: attemptId || undefined }
    } catch {
      // It is in another one, or in none.
    }
  }
  return undefined
}

/** Whether a reference of the attempt, or its workspace, still holds what it wrote. */
export async function isKept(
  { workers }: Places,
  repositories: readonly string[],
  attemptId: string,
): Promise<boolean> {
  const isThere = (home: string): boolean =>
    existsSync(path.join(home, 'workspace', 'tasks', attemptId))
  if (workers.some(isThere)) return true
  for (const repository of repositories) {
    const { stdout } = await git(
      repository,
      'for-each-ref',
      '--format=%(refname)',
      `refs/sleepless/checkpoints/${attemptId}`,
      `refs/sleepless/attempts/${attemptId}`,
    )
    if (stdout.trim() !== '') return true
  }
  return workers.some(isThere)
}

function git(repository: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> {
  return run('git', [`--git-dir=${repository}`, ...args], { encoding: 'utf8', timeout: 20_000 })
}
