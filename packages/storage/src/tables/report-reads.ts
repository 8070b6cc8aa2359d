import type {
  EndCount,
  EndStatus,
  Failure,
  ModelUse,
  ReadTx,
  ReportScope,
  TaskDigest,
  TaskId,
} from '@sleepless/domain'

import type { Connection } from '../database.ts'

const MAX_CHARACTERS = 300

const DIGEST = `SELECT id, project, substr(prompt, 1, ${MAX_CHARACTERS}) AS asked,
  substr(json_extract(result, '$.summary'), 1, ${MAX_CHARACTERS}) AS summary,
  json_extract(result, '$.commit') AS "commit",
  json_extract(result, '$.costMicroUsd') AS costMicroUsd,
  failure, started_at AS startedAt, finished_at AS finishedAt`
const WITHIN = `FROM tasks INDEXED BY tasks_ended
  WHERE finished_at >= @from AND finished_at < @until AND (@project IS NULL OR project = @project)`
// What is open is never in the trash, and little.
const OPEN = `FROM tasks INDEXED BY tasks_listed
  WHERE trashed_at IS NULL AND kind IN ('thought', 'serious') AND status = @status AND (@project IS NULL OR project = @project)`

interface Within {
  readonly from: number
  readonly until: number
  readonly project: string | null
}
interface Open {
  readonly status: string
  readonly project: string | null
}

/** What reports are made of. */
export function reportReads(connection: Connection): ReadTx['reports'] {
  const counts = connection.prepare<Within, EndCount>(
    `SELECT coalesce(project, '') AS project, status, count(*) AS count ${WITHIN}
     GROUP BY project, status`,
  )
  const ended = connection.prepare<
    Within & { readonly status: EndStatus; readonly limit: number },
    Row
  >(`${DIGEST} ${WITHIN} AND status = @status ORDER BY finished_at DESC LIMIT @limit`)
  const open = connection.prepare<Open & { readonly limit: number }, Row>(
    `${DIGEST} ${OPEN} ORDER BY id DESC LIMIT @limit`,
  )
  const openCount = connection.prepare<Open, number>(`SELECT count(*) ${OPEN}`).pluck()
  const uses = connection
    .prepare<[TaskId], string>(
      `SELECT data FROM events INDEXED BY events_by_task
       WHERE task_id = ? AND type = 'usage.recorded' ORDER BY id`,
    )
    .pluck()
  return {
    endCounts: (scope) => counts.all(within(scope)),
    ended: (scope, status, limit) => ended.all({ ...within(scope), status, limit }).map(toDigest),
    open(status, project, limit) {
      const which = { status, project: project ?? null }
      const items = open.all({ ...which, limit }).map(toDigest)
      return { items, count: openCount.get(which) ?? items.length }
    },
    usesOf: (task) => sumByModel(uses.iterate(task)),
  }
}

function within({ from, until, project }: ReportScope): Within {
  return { from: from.getTime(), until: until.getTime(), project: project ?? null }
}

interface Row {
  readonly id: TaskId
  readonly project: string | null
  readonly asked: string
  readonly summary: string | null
  readonly commit: string | null
  readonly costMicroUsd: number | null
  readonly failure: string | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

function toDigest(row: Row): TaskDigest {
  return {
    id: row.id,
    project: row.project ?? undefined,
    asked: row.asked,
    summary: row.summary ?? undefined,
    commit: row.commit ?? undefined,
    costMicroUsd: row.costMicroUsd ?? undefined,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was written here
    failure: row.failure === null ? undefined : (JSON.parse(row.failure) as Failure),
    startedAt: row.startedAt === null ? undefined : new Date(row.startedAt),
    finishedAt: row.finishedAt === null ? undefined : new Date(row.finishedAt),
  }
}

/** As events have it: in dollars. */
interface RecordedUse extends Omit<ModelUse, 'costMicroUsd'> {
  readonly costUsd: number
}

const COUNTED = [
  'requests',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
] as const

/** A long task has told of it many thousand times: none of that is kept. */
function sumByModel(recorded: Iterable<string>): readonly ModelUse[] {
  const sums = new Map<string, { -readonly [Key in keyof ModelUse]: ModelUse[Key] }>()
  for (const data of recorded) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was written here
    const { models } = JSON.parse(data) as { readonly models: readonly RecordedUse[] }
    for (const { costUsd, ...use } of models) {
      const costMicroUsd = Math.round(costUsd * 1e6)
      const sum = sums.get(use.model)
      if (sum === undefined) {
        sums.set(use.model, { ...use, costMicroUsd })
        continue
      }
      for (const name of COUNTED) sum[name] += use[name]
      sum.costMicroUsd += costMicroUsd
    }
  }
  return [...sums.values()].toSorted((a, b) => b.costMicroUsd - a.costMicroUsd)
}
