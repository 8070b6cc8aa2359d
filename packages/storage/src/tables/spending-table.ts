import type { DaySpend, DayUse, ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'

type DayRow = Omit<DaySpend, 'exhaustedAt'> & { readonly exhaustedAt: number | null }

const DAY = `SELECT day, spent_micro_usd AS spentMicroUsd, unseen_micro_usd AS unseenMicroUsd,
  exhausted_at AS exhaustedAt FROM day_spending`

export function spendingReads(connection: Connection): ReadTx['spending'] {
  const latest = connection.prepare<[], DayRow>(`${DAY} WHERE day > '' ORDER BY day DESC LIMIT 1`)
  const days = connection.prepare<[string], DayRow>(`${DAY} WHERE day >= ? ORDER BY day`)
  const uses = connection.prepare<[string], DayUse>(
    `SELECT day, project, model, requests, input_tokens AS inputTokens,
       output_tokens AS outputTokens, cache_read_tokens AS cacheReadTokens,
       cache_write_tokens AS cacheWriteTokens, cost_micro_usd AS costMicroUsd
     FROM day_uses WHERE day >= ? ORDER BY day, project, model`,
  )
  const allowance = connection
    .prepare<[string], number>('SELECT total_micro_usd FROM allowances WHERE attempt_id = ?')
    .pluck()
  // Few rows: one for each attempt that runs.
  const granted = connection
    .prepare<[], number | null>(
      `SELECT sum(max(0, total_micro_usd - attempts.cost_micro_usd))
       FROM attempts INDEXED BY attempts_open
       CROSS JOIN allowances ON allowances.attempt_id = attempts.id
       WHERE attempts.status IN ('dispatched', 'running')`,
    )
    .pluck()
  return {
    latest() {
      const row = latest.get()
      return row && toDay(row)
    },
    days: (from) => days.all(from).map(toDay),
    uses: (from) => uses.all(from),
    allowance: (id) => allowance.get(id),
    grantedMicroUsd: () => granted.get() ?? 0,
  }
}

export function spendingWrites(connection: Connection): WriteTx['spending'] {
  const charge = connection.prepare<[string, number, number]>(
    `INSERT INTO day_spending (day, spent_micro_usd, unseen_micro_usd) VALUES (?, ?, ?)
     ON CONFLICT (day) DO UPDATE SET
       spent_micro_usd = spent_micro_usd + excluded.spent_micro_usd,
       unseen_micro_usd = unseen_micro_usd + excluded.unseen_micro_usd`,
  )
  const exhausted = connection.prepare<[string, number]>(
    `INSERT INTO day_spending (day, spent_micro_usd, unseen_micro_usd, exhausted_at)
     VALUES (?, 0, 0, ?) ON CONFLICT (day) DO UPDATE SET exhausted_at = excluded.exhausted_at`,
  )
  const addUse = connection.prepare<DayUse>(
    `INSERT INTO day_uses VALUES (@day, @project, @model, @requests, @inputTokens, @outputTokens,
       @cacheReadTokens, @cacheWriteTokens, @costMicroUsd)
     ON CONFLICT (day, project, model) DO UPDATE SET
       requests = requests + excluded.requests,
       input_tokens = input_tokens + excluded.input_tokens,
       output_tokens = output_tokens + excluded.output_tokens,
       cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
       cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
       cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd`,
  )
  const allow = connection.prepare<[string, number]>(
    `INSERT INTO allowances VALUES (?, ?)
     ON CONFLICT (attempt_id) DO UPDATE SET total_micro_usd = excluded.total_micro_usd`,
  )
  const takeBack = connection.prepare<[string]>('DELETE FROM allowances WHERE attempt_id = ?')
  return {
    ...spendingReads(connection),
    charge: (day, cost) => void charge.run(day, cost.spentMicroUsd, cost.unseenMicroUsd),
    noteExhausted: (day, at) => void exhausted.run(day, at.getTime()),
    addUse: (use) => void addUse.run(use),
    allow(id, totalMicroUsd) {
      if (totalMicroUsd === undefined) takeBack.run(id)
      else allow.run(id, totalMicroUsd)
    },
  }
}

function toDay(row: DayRow): DaySpend {
  return { ...row, exhaustedAt: row.exhaustedAt === null ? undefined : new Date(row.exhaustedAt) }
}
