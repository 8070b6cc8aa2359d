import type { ReadTx, WriteTx } from '@sleepless/domain'

import { query, type Connection } from './database.ts'
import { accessTokenReads, accessTokenWrites } from './tables/access-token-table.ts'
import { attemptReads, attemptWrites } from './tables/attempt-table.ts'
import { dependencyReads, dependencyWrites } from './tables/dependency-table.ts'
import { effectReads, effectWrites } from './tables/effect-table.ts'
import { eventReads, eventWrites } from './tables/event-table.ts'
import { factReads, rememberedFacts } from './tables/facts.ts'
import { idempotencyReads, idempotencyWrites } from './tables/idempotency-table.ts'
import { leaderReads, leaderWrites } from './tables/leader-table.ts'
import { leaseClockReads, leaseClockWrites } from './tables/lease-clock-table.ts'
import { messageReads, messageWrites } from './tables/message-table.ts'
import { projectReads, projectWrites } from './tables/project-table.ts'
import { quotaReads, quotaWrites } from './tables/quota-table.ts'
import { reportReads } from './tables/report-reads.ts'
import { searchReads, searchWrites } from './tables/search-table.ts'
import { settingReads, settingWrites } from './tables/setting-table.ts'
import { spendingReads, spendingWrites } from './tables/spending-table.ts'
import { taskReads, taskWrites } from './tables/task-table.ts'
import { trashReads, trashWrites } from './tables/trash-table.ts'
import { workerReads, workerWrites } from './tables/worker-table.ts'

/** What one connection reads, by table. */
export function readsOf(connection: Connection): ReadTx {
  const db = query(connection)
  const settings = settingReads(connection)
  const tasks = taskReads(db, connection)
  return {
    facts: rememberedFacts(connection, factReads(db, connection, settings)),
    settings,
    dependencies: dependencyReads(connection),
    leaders: leaderReads(connection),
    spending: spendingReads(connection),
    quotas: quotaReads(connection),
    reports: reportReads(connection),
    tasks,
    trash: trashReads(connection, (id) => tasks.find(id)),
    search: searchReads(connection),
    attempts: attemptReads(db),
    events: eventReads(db, connection),
    workers: workerReads(db),
    projects: projectReads(db, connection),
    messages: messageReads(db),
    tokens: accessTokenReads(db),
    effects: effectReads(db),
    idempotency: idempotencyReads(connection),
    leaseClock: leaseClockReads(db),
  }
}

/** What one connection reads and writes, by table. */
export function writesOf(connection: Connection): WriteTx {
  const db = query(connection)
  const settings = settingWrites(connection)
  const tasks = taskWrites(db, connection)
  return {
    facts: factReads(db, connection, settings),
    settings,
    dependencies: dependencyWrites(connection),
    leaders: leaderWrites(connection),
    spending: spendingWrites(connection),
    quotas: quotaWrites(connection),
    reports: reportReads(connection),
    tasks,
    trash: trashWrites(connection, (id) => tasks.find(id)),
    search: searchWrites(connection, (id) => tasks.find(id)),
    attempts: attemptWrites(db, connection),
    events: eventWrites(db, connection),
    workers: workerWrites(db),
    projects: projectWrites(db, connection),
    messages: messageWrites(db, connection),
    tokens: accessTokenWrites(db, connection),
    effects: effectWrites(db),
    idempotency: idempotencyWrites(connection),
    leaseClock: leaseClockWrites(db),
  }
}
