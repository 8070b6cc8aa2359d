import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

import type { ProjectBranch, ReceivedCommit } from '@sleepless/domain'

import { ensureBareRepository } from './bare-repository.ts'
import { hasCommit } from './earlier-commit.ts'
import { GitFailedError, type Git } from './git.ts'
import type { HostGit } from './host-git.ts'
import { pushFailure } from './push-failure.ts'
import { commitReference } from './recorder.ts'
import { summary } from './redact.ts'
import { withRefLocks } from './ref-lock.ts'
import { readReferences, updateReferences } from './references.ts'
import { removeTree } from './remove-tree.ts'
import type { AttemptPaths } from './workspace-root.ts'

interface Receiving {
  readonly gitDir: string
  readonly branch: ProjectBranch
  readonly received: ReceivedCommit
  readonly signal: AbortSignal
}

/** See `Branches.receive`. */
export async function receiveCommit(host: HostGit, receiving: Receiving): Promise<boolean> {
  const { git, root } = host
  const { gitDir, received } = receiving
  if (await hasCommit(git, gitDir, received.commit)) return true
  const bundle = await received.bundle()
  if (bundle === undefined) return false
  await root.prepare()
  const paths = root.attemptPaths(received.attemptId)
  await mkdir(paths.folder, { mode: 0o700 })
  try {
    await fetchBase(host, receiving, paths)
    await pipeline(bundle, createWriteStream(paths.bundleFile, { mode: 0o600 }))
    return await takeIn(git, receiving, paths)
  } finally {
    await removeTree(paths.folder)
  }
}

/** The bundle does not hold what the commit stands on. */
async function fetchBase(
  { git, mirrors }: HostGit,
  { gitDir, branch: { project }, received: { base }, signal }: Receiving,
  { staging }: AttemptPaths,
): Promise<void> {
  if (base === undefined) {
    await ensureBareRepository(git, { gitDir, staging }, signal)
    return
  }
  if (await hasCommit(git, gitDir, base)) return
  const { remote, defaultBranch } = project
  try {
    await mirrors.fetch({ gitDir, staging, remote, defaultBranch }, signal)
  } catch (error) {
    throw pushFailure(`${summary(remote)} could not be fetched`, error)
  }
}

async function takeIn(
  git: Git,
  { gitDir, branch, received, signal }: Receiving,
  { bundleFile, folder }: AttemptPaths,
): Promise<boolean> {
  const kept = commitReference(received.madeBy)
  const refspec = `+refs/heads/${branch.name}:${kept}`
  const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance']
  const command = { cwd: folder, env: { GIT_DIR: gitDir }, signal }
  try {
    await withRefLocks(gitDir, () => git.run(['fetch', ...flags, bundleFile, refspec], command))
  } catch (error) {
    signal.throwIfAborted()
    // Damaged, or made on something that the remote does not have any more.
    if (error instanceof GitFailedError) return false
    throw error
  }
  const tip = (await readReferences(git, gitDir, kept)).get(kept)
  if (tip?.commit !== received.commit) return false
  await updateReferences(git, gitDir, [
    { name: `refs/heads/${branch.name}`, commit: received.commit },
  ])
  return true
}
