import { openReader, type Connection } from '../database.ts'
import { readEpochs } from '../epochs.ts'
import { schemaVersion } from '../migrate.ts'
import { collectProblems, type Problem, type Problems } from './problem.ts'
import { parsed } from './task-rows.ts'
import { verifyChain, type ChainReport, type NotedHead } from './verify-chain.ts'
import { verifyTasks } from './verify-tasks.ts'

export interface AuditProgress {
  readonly step: 'pages' | 'events' | 'tasks'
  /** How many so far; of pages, how many there are. */
  readonly done: number
}

export interface AuditOptions {
  /** Whether tasks, attempts and projects are held against the log as well. */
  readonly states: boolean
  /** What the log must still contain. */
  readonly noted?: NotedHead | undefined
  readonly onProgress?: (progress: AuditProgress) => void
}

export interface AuditReport extends ChainReport {
  readonly schemaVersion: number
  /** Id of the newest epoch; null in a database that is older than epochs. */
  readonly epoch: string | null
  /** Tasks that were held against the log. */
  readonly tasks: number
  /** The first that were found, in the order in which they were found; empty when all is well. */
  readonly problems: readonly Problem[]
  readonly problemCount: number
}

/**
 * Reads a whole database, as it is at one moment, and changes nothing. It may be in use: then its log
 * of writes cannot be shortened until this ends.
 *
 * @throws when it is not there, or so damaged that it cannot be read.
 */
export function auditDatabase(file: string, options: AuditOptions): AuditReport {
  const connection = openReader(file)
  try {
    return connection.transaction(() => auditConnection(connection, options))()
  } finally {
    connection.close()
  }
}

function auditConnection(
  connection: Connection,
  { states, noted, onProgress }: AuditOptions,
): AuditReport {
  const problems = collectProblems()
  const step = (name: AuditProgress['step']) => (done: number) => onProgress?.({ step: name, done })
  step('pages')(Number(connection.pragma('page_count', { simple: true })))
  checkPages(connection, problems)
  const projects = new Map<string, string>()
  const chain = verifyChain(connection, {
    problems,
    noted,
    onProgress: step('events'),
    onEvent({ type, data }) {
      if (!states) return
      const { name, remote } = parsed(data)
      if (type === 'project.created') projects.set(String(name), String(remote))
      if (type === 'project.removed') projects.delete(String(name))
    },
  })
  if (states) checkProjects(connection, projects, problems)
  const tasks = states ? verifyTasks(connection, { problems, onProgress: step('tasks') }) : 0
  return {
    ...chain,
    tasks,
    schemaVersion: schemaVersion(connection),
    epoch: readEpochs(connection).at(-1)?.id ?? null,
    problems: problems.kept,
    problemCount: problems.count,
  }
}

const FIRST_WITH_REMOVAL = 9

function checkPages(connection: Connection, problems: Problems): void {
  const check = connection.prepare<[], { integrity_check: string }>('PRAGMA integrity_check(10)')
  for (const { integrity_check: text } of check.all()) {
    if (text !== 'ok') problems.add('database', text)
  }
  const dangling = connection.prepare<[], { table: string; rowid: number | null; parent: string }>(
    'PRAGMA foreign_key_check',
  )
  for (const { table, rowid, parent } of dangling.iterate()) {
    const row = rowid === null ? '' : ` ${rowid}`
    problems.add(`row${row} of ${table}`, `it names a row of ${parent} that is not there`)
  }
}

function said(value: string | undefined): string {
  return value ?? 'absent'
}

function checkProjects(
  connection: Connection,
  told: ReadonlyMap<string, string>,
  problems: Problems,
): void {
  const rows = connection.prepare<[], { name: string; remote: string }>(
    `SELECT name, remote FROM projects ${schemaVersion(connection) < FIRST_WITH_REMOVAL ? '' : 'WHERE removed_at IS NULL'}`,
  )
  const found = new Map(rows.all().map(({ name, remote }) => [name, remote]))
  for (const name of new Set([...told.keys(), ...found.keys()])) {
    const [expected, remote] = [told.get(name), found.get(name)]
    if (expected === remote) continue
    problems.add(`project ${name}`, `remote is ${said(remote)}; by the log it is ${said(expected)}`)
  }
}
