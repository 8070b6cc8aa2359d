import { createRequire } from 'node:module'

import type * as Orm from 'drizzle-orm'
import type * as BetterSqliteDriver from 'drizzle-orm/better-sqlite3'
import type * as SqliteCore from 'drizzle-orm/sqlite-core'

// The CommonJS build of the query builder. Its package.json is so large (179 KB), and Node 24 reads
// it so often while it loads the ES modules beside it, that they cost a second and 190 MB at start.
const require = createRequire(import.meta.url)
const orm: typeof Orm = require('drizzle-orm')
const driver: typeof BetterSqliteDriver = require('drizzle-orm/better-sqlite3')
const core: typeof SqliteCore = require('drizzle-orm/sqlite-core')

export const {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  getTableColumns,
  getTableName,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  sql,
} = orm
export const { drizzle } = driver
export const { blob, integer, sqliteTable, text } = core
