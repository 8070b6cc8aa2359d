import type { KnownQuota, QuotaWindow, ReadTx, WorkerId, WriteTx } from '@sleepless/domain'

import type { Connection } from '../database.ts'

interface Row {
  readonly credentialId: string
  readonly isExhausted: number
  readonly resetsAt: number | null
  readonly windows: string
  readonly at: number
}

const QUOTA = `SELECT credential_id AS credentialId, is_exhausted AS isExhausted,
  resets_at AS resetsAt, windows, at FROM quotas`

export function quotaReads(connection: Connection): ReadTx['quotas'] {
  const find = connection.prepare<[string], Row>(`${QUOTA} WHERE credential_id = ?`)
  const list = connection.prepare<[], Row>(`${QUOTA} ORDER BY credential_id`)
  return {
    find(credentialId) {
      const row = find.get(credentialId)
      return row && toQuota(row)
    },
    list: () => list.all().map(toQuota),
  }
}

export function quotaWrites(connection: Connection): WriteTx['quotas'] {
  const put = connection.prepare<Row>(
    `INSERT INTO quotas VALUES (@credentialId, @isExhausted, @resetsAt, @windows, @at)
     ON CONFLICT (credential_id) DO UPDATE SET
       is_exhausted = excluded.is_exhausted, resets_at = excluded.resets_at,
       windows = excluded.windows, at = excluded.at`,
  )
  const assign = connection.prepare<[string, string]>(
    `INSERT INTO worker_accounts VALUES (?, ?)
     ON CONFLICT (worker_id) DO UPDATE SET credential_id = excluded.credential_id`,
  )
  return {
    ...quotaReads(connection),
    put({ credentialId, isExhausted, resetsAt, windows, at }) {
      put.run({
        credentialId,
        isExhausted: Number(isExhausted),
        resetsAt: resetsAt?.getTime() ?? null,
        windows: JSON.stringify(windows),
        at: at.getTime(),
      })
    },
    assign: (worker, credentialId) => void assign.run(worker, credentialId),
  }
}

/** Workers whose account is used up, and when it is reset. */
export function exhaustedWorkers(connection: Connection): () => ReadonlyMap<WorkerId, Date> {
  const exhausted = connection.prepare<[], { workerId: WorkerId; resetsAt: number }>(
    `SELECT worker_id AS workerId, resets_at AS resetsAt
     FROM quotas INDEXED BY quotas_exhausted
     CROSS JOIN worker_accounts ON worker_accounts.credential_id = quotas.credential_id
     WHERE is_exhausted = 1 AND resets_at IS NOT NULL`,
  )
  return () => new Map(exhausted.all().map((row) => [row.workerId, new Date(row.resetsAt)]))
}

function toQuota({ credentialId, isExhausted, resetsAt, windows, at }: Row): KnownQuota {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was written here
  const stored = JSON.parse(windows) as readonly StoredWindow[]
  return {
    credentialId,
    isExhausted: isExhausted === 1,
    resetsAt: resetsAt === null ? undefined : new Date(resetsAt),
    windows: stored.map(({ name, utilization, resetsAt: reset }) => ({
      name,
      utilization,
      resetsAt: reset === undefined ? undefined : new Date(reset),
    })),
    at: new Date(at),
  }
}

/** As JSON keeps it: absent fields are absent, and moments are text. */
type StoredWindow = Pick<QuotaWindow, 'name' | 'utilization'> & { readonly resetsAt?: string }
