import { bothDone } from './failure.ts'
import type { Git } from './git.ts'
import type { Tip } from './references.ts'
import type { AttemptPaths } from './workspace-root.ts'

/** The tree without entries; git knows it without having it stored. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export interface ExportRequest {
  readonly gitDir: string
  readonly paths: AttemptPaths
  readonly base: Tip | undefined
  readonly commit: string
  /** Full name of a reference to `commit`. */
  readonly reference: string
}

/** Writes what lies between base and commit as a diff and as a bundle, by git itself: either may be large. */
export async function exportChange(git: Git, request: ExportRequest): Promise<void> {
  const { gitDir, paths, base, commit, reference } = request
  const command = { cwd: paths.folder, env: { GIT_DIR: gitDir } }
  const flags = ['--binary', '--no-color', '--no-ext-diff', '--no-textconv', '--submodule=short']
  const from = base?.commit ?? EMPTY_TREE
  const without = base === undefined ? [] : [`^${base.commit}`]
  await bothDone(
    git.run(['diff', ...flags, `--output=${paths.diffFile}`, from, commit, '--'], command),
    git.run(['bundle', 'create', '--quiet', paths.bundleFile, ...without, reference], command),
  )
}
