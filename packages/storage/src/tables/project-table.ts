import type { Project, ReadTx, WriteTx } from '@sleepless/domain'

import type { Database } from '../database.ts'
import { asc, eq, gt } from '../drizzle.ts'
import { projects } from '../schema.ts'

export function projectReads(db: Database): ReadTx['projects'] {
  return {
    find: (name) => {
      const row = db.select().from(projects).where(eq(projects.name, name)).get()
      return row && toProject(row)
    },
    list: ({ limit, after }) =>
      db
        .select()
        .from(projects)
        .where(after === undefined ? undefined : gt(projects.name, after))
        .orderBy(asc(projects.name))
        .limit(limit)
        .all()
        .map(toProject),
  }
}

export function projectWrites(db: Database): WriteTx['projects'] {
  return {
    ...projectReads(db),
    insert({ egress, ...project }) {
      const { registries: egressRegistries, hosts: egressHosts } = egress
      db.insert(projects)
        .values({ ...project, egressRegistries, egressHosts })
        .run()
    },
  }
}

function toProject({
  egressRegistries: registries,
  egressHosts: hosts,
  ...row
}: typeof projects.$inferSelect): Project {
  return {
    ...row,
    egress: { registries, hosts },
    defaultBranch: row.defaultBranch ?? undefined,
    concurrency: row.concurrency ?? undefined,
  }
}
