import type { Queue } from '@sleepless/domain'
import type { EngineDeps } from '@sleepless/engine'
import type { Logger } from '@sleepless/runtime'
import type { OutputSpool, ResultsStore, SqliteStore } from '@sleepless/storage'

import type { HttpOptions } from './http-options.ts'
import type { LeaseTicks } from './lease-ticks.ts'
import type { Turns } from './output/turns.ts'
import type { AnswerSerializer } from './serializer.ts'

export interface ApiTokens {
  /** May do everything. */
  readonly api: string
  /** May do what workers do. */
  readonly worker: string
}

/** What the routes work with. */
export interface ApiDeps {
  readonly store: Pick<SqliteStore, 'read' | 'write' | 'onChange' | 'health' | 'epochs' | 'space'>
  readonly queue: Pick<Queue, 'send' | 'withdraw' | 'isReachable'>
  readonly results: ResultsStore
  readonly spool: OutputSpool
  /** By attempt: its output is appended and moved in turns, for the spool knows no order. */
  readonly outputTurns: Turns
  readonly engine: EngineDeps
  readonly leaseTicks: LeaseTicks
  readonly tokens: ApiTokens
  readonly http: HttpOptions
  /** Default: {@link plainSerializer}. Tests have one that checks what is answered. */
  readonly serializer?: AnswerSerializer
  readonly logger: Logger
  /** Aborted when the service stops: what streams, ends. */
  readonly stopping: AbortSignal
}
