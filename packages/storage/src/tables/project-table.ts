import type { Project, ReadTx, WriteTx } from '@sleepless/domain'

import type { Connection, Database } from '../database.ts'
import { and, asc, eq, gt, isNotNull, isNull } from '../drizzle.ts'
import { projects } from '../schema.ts'

export function projectReads(db: Database, connection: Connection): ReadTx['projects'] {
  const open = connection.prepare(
    `SELECT 1 FROM tasks INDEXED BY tasks_of_project
     WHERE project = ? AND (status = 'queued' OR status = 'running' OR status = 'waiting')
       AND trashed_at IS NULL
     LIMIT 1`,
  )
  return {
    find: (name) => {
      const row = db
        .select()
        .from(projects)
        .where(and(eq(projects.name, name), isNull(projects.removedAt)))
        .get()
      return row && toProject(row)
    },
    list: ({ limit, after }) =>
      db
        .select()
        .from(projects)
        .where(
          and(
            isNull(projects.removedAt),
            after === undefined ? undefined : gt(projects.name, after),
          ),
        )
        .orderBy(asc(projects.name))
        .limit(limit)
        .all()
        .map(toProject),
    isInUse: (name) => open.get(name) !== undefined,
  }
}

export function projectWrites(db: Database, connection: Connection): WriteTx['projects'] {
  const set = (name: string, values: Partial<typeof projects.$inferInsert>): void => {
    db.update(projects).set(values).where(eq(projects.name, name)).run()
  }
  return {
    ...projectReads(db, connection),
    insert({ egress, ...project }) {
      const row = { ...CLEARED, ...definedIn(project), ...columnsOf(egress), removedAt: null }
      const isRemoved = and(eq(projects.name, row.name), isNotNull(projects.removedAt))
      const revived = db.update(projects).set(row).where(isRemoved).run()
      if (revived.changes === 0) db.insert(projects).values(row).run()
    },
    update(name, { egress, ...patch }) {
      const fields = Object.entries(patch).map(([key, value]) => [key, value ?? null])
      set(name, { ...Object.fromEntries(fields), ...(egress && columnsOf(egress)) })
    },
    remove: (name, at) => set(name, { removedAt: at }),
  }
}

// The query builder leaves a column as it is for undefined.
const CLEARED = { defaultBranch: null, concurrency: null }

function definedIn<Fields extends object>(fields: Fields): Fields {
  const defined = Object.entries(fields).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is absent anyway is left out
  return Object.fromEntries(defined) as Fields
}

function columnsOf({ registries, hosts }: Project['egress']): {
  readonly egressRegistries: boolean
  readonly egressHosts: readonly string[]
} {
  return { egressRegistries: registries, egressHosts: hosts }
}

function toProject({
  egressRegistries: registries,
  egressHosts: hosts,
  removedAt: _removedAt,
  ...row
}: typeof projects.$inferSelect): Project {
  return {
    ...row,
    egress: { registries, hosts },
    defaultBranch: row.defaultBranch ?? undefined,
    concurrency: row.concurrency ?? undefined,
  }
}
