import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, type Stats } from 'node:fs'
import path from 'node:path'

import type { Home } from '@sleepless/runtime'

import { leftoverDrafts, staleAddress } from './leftovers.ts'

/** Something that can be mended without touching what anybody has written. */
interface Repair {
  /** As a command would say it. */
  readonly what: string
  apply(): unknown
}

/** What `doctor --fix` did. Public: `doctor --json` prints it. */
export interface Repaired {
  readonly what: string
  /** `would`: with --dry-run. */
  readonly status: 'done' | 'would' | 'failed'
  /** Why it failed. */
  readonly detail: string | null
}

export interface RepairOptions {
  readonly home: Home
  readonly cwd: string
  readonly dryRun: boolean
}

const OPEN_TO_OTHERS = 0o077

/** Mends file modes, missing folders and what killed services have left; never tasks, results or secrets. */
export async function repair({ home, cwd, dryRun }: RepairOptions): Promise<readonly Repaired[]> {
  const repairs = [...missingFolders(home), ...openFiles(home, cwd), ...(await staleFiles(home))]
  return repairs.map((one) => (dryRun ? { ...said(one), status: 'would' } : tried(one)))
}

function said({ what }: Repair): { readonly what: string; readonly detail: null } {
  return { what, detail: null }
}

function tried(one: Repair): Repaired {
  try {
    one.apply()
    return { ...said(one), status: 'done' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { ...said(one), status: 'failed', detail }
  }
}

/** Of a home that is there; one that is not is made at the first start. */
function missingFolders(home: Home): readonly Repair[] {
  if (statOf(home.path) === undefined) return []
  const { workspacePath, resultsPath, logsPath, backupsPath, secretsPath } = home
  return [workspacePath, resultsPath, logsPath, backupsPath, secretsPath]
    .filter((folder) => statOf(folder) === undefined)
    .map((folder) => ({
      what: `make the folder ${folder}`,
      apply: () => mkdirSync(folder, { mode: 0o700 }),
    }))
}

/** What others may read, and are not to. */
function openFiles(home: Home, cwd: string): readonly Repair[] {
  const secrets = statOf(home.secretsPath)?.isDirectory() === true ? home.secretsPath : undefined
  const files = [
    home.path,
    ...(secrets === undefined ? [] : [secrets, ...pathsIn(secrets)]),
    path.join(home.path, 'api.json'),
    path.join(cwd, '.env'),
  ]
  return files.flatMap((file) => {
    const stat = statOf(file)
    // What a link leads to may be anybody's.
    if (stat === undefined || stat.isSymbolicLink() || (stat.mode & OPEN_TO_OTHERS) === 0) return []
    const mode = stat.mode & 0o700
    const what = `take ${file} from others (mode ${mode.toString(8)})`
    return [{ what, apply: () => chmodSync(file, mode) }]
  })
}

async function staleFiles(home: Home): Promise<readonly Repair[]> {
  const stale = await staleAddress(home)
  const files = [...(stale === undefined ? [] : [stale.file]), ...leftoverDrafts(home)]
  return files.map((file) => ({ what: `remove the leftover ${file}`, apply: () => rmSync(file) }))
}

function pathsIn(directory: string): readonly string[] {
  return readdirSync(directory).map((name) => path.join(directory, name))
}

function statOf(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false })
}
