import type { BudgetFact, Facts, Pause, ProjectFact, ReadTx, WorkerFact } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { count, sql } from '../drizzle.ts'
import { attempts, workers } from '../schema.ts'
import { exhaustedWorkers } from './quota-table.ts'
import { spendingReads } from './spending-table.ts'

/** What the gates may know: read afresh each time, at a cost that grows with what runs, not with what waits. */
export function factReads(
  db: Database,
  connection: Connection,
  settings: ReadTx['settings'],
): () => Facts {
  const online = onlineWorkers(db, connection)
  const unclaimed = db
    .select({ pool: attempts.pool, count: count() })
    .from(attempts)
    .where(sql`${attempts.status} = 'dispatched'`)
    .groupBy(attempts.pool)
    .prepare()
  const running = connection.prepare<[], { project: string; running: number }>(
    `SELECT coalesce(tasks.project, '') AS project, count(*) AS running
     FROM attempts INDEXED BY attempts_open CROSS JOIN tasks ON tasks.id = attempts.task_id
     WHERE attempts.status IN ('dispatched', 'running')
     GROUP BY 1`,
  )
  const limits = connection.prepare<[], { name: string; concurrency: number }>(
    `SELECT name, concurrency FROM projects INDEXED BY projects_limited
     WHERE concurrency IS NOT NULL`,
  )

  const spending = spendingReads(connection)

  return () => {
    const projects: Record<string, ProjectFact> = {}
    for (const { name, concurrency } of limits.all()) projects[name] = { running: 0, concurrency }
    for (const one of running.all()) {
      projects[one.project] = {
        running: one.running,
        concurrency: projects[one.project]?.concurrency,
      }
    }
    return {
      pause: pauseOf(settings.find('pause')),
      workers: online(),
      unclaimedOrders: Object.fromEntries(unclaimed.all().map((row) => [row.pool, row.count])),
      projects,
      budget: budgetOf(settings.find('daily-budget'), spending),
    }
  }
}

function onlineWorkers(db: Database, connection: Connection): () => readonly WorkerFact[] {
  const online = db
    .select({
      id: workers.id,
      pool: workers.pool,
      labels: workers.labels,
      concurrency: workers.concurrency,
      executors: workers.executors,
      shortage: workers.shortage,
      busy: sql<number>`(SELECT count(*) FROM attempts
        WHERE attempts.worker_id = workers.id AND attempts.status = 'running')`,
    })
    .from(workers)
    .where(sql`${workers.status} IN ('online', 'draining') AND ${workers.status} = 'online'`)
    // The plus keeps the planner from the primary key, which holds all workers that ever were.
    .orderBy(sql`+${workers.id}`)
    .prepare()
  const exhausted = exhaustedWorkers(connection)
  return () => {
    const rows = online.all()
    const resets = exhausted()
    return rows.map(({ id, shortage, ...row }) => ({
      ...row,
      shortage: shortage ?? undefined,
      quotaResetsAt: resets.get(id),
    }))
  }
}

/**
 * Facts of committed data, read again only when another connection has committed something: many who
 * ask between two commits ask the database once.
 */
export function rememberedFacts(connection: Connection, read: () => Facts): () => Facts {
  const dataVersion = connection.prepare<[], number>('PRAGMA data_version').pluck()
  let known: { readonly version: number | undefined; readonly facts: Facts } | undefined
  return () => {
    const version = dataVersion.get()
    if (known === undefined || known.version !== version) known = { version, facts: read() }
    return known.facts
  }
}

function pauseOf(stored: unknown): Pause | undefined {
  if (typeof stored !== 'object' || stored === null || !('since' in stored)) return undefined
  const reason = 'reason' in stored && typeof stored.reason === 'string' ? stored.reason : undefined
  return { since: new Date(String(stored.since)), reason }
}

function budgetOf(stored: unknown, spending: ReadTx['spending']): BudgetFact | undefined {
  if (typeof stored !== 'object' || stored === null || !('limitMicroUsd' in stored))
    return undefined
  const { day = '', spentMicroUsd = 0 } = spending.latest() ?? {}
  const limitMicroUsd = Number(stored.limitMicroUsd)
  return { limitMicroUsd, day, spentMicroUsd, grantedMicroUsd: spending.grantedMicroUsd() }
}
