import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** A fixed identity, and no settings of the machine. */
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
}

export function git(directory: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', directory, ...args], { env, encoding: 'utf8' }).trim()
}

/** A bare repository with one commit on `main`. @returns its path. */
export function createRemote(directory: string): string {
  const remote = path.join(directory, 'remote.git')
  const work = path.join(directory, 'remote-work')
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote], { env })
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', work], { env })
  execFileSync('sh', ['-c', 'echo "# project" > README.md'], { cwd: work })
  git(work, 'add', '-A')
  git(work, 'commit', '--quiet', '-m', 'first')
  git(work, 'push', '--quiet', remote, 'main')
  return remote
}
