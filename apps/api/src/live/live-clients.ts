import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'

import { isInForce, tokenId, type Actor } from '@sleepless/domain'

import type { Principal } from '../access/principal.ts'
import type { ApiDeps } from '../deps.ts'
import { ProblemError } from '../problems.ts'
import type { LiveLimits } from './live-limits.ts'

/**
 * Why the service ends a stream: it stops, or something failed; the token counts no longer; the client
 * takes nothing, or does not answer; it sends something.
 */
export type Ending = 'away' | 'token-ended' | 'slow' | 'unwanted'

/** The connection of one live client. */
export interface LiveConnection {
  readonly stream: Writable
  readonly socket: Socket
  /** Shows that the connection lives. @returns false when the other side has shown nothing of the kind. */
  beat(): boolean
  /** Ends the connection, in order where that can be. Later calls do nothing. */
  end(why: Ending): void
}

/** Everybody who listens at present. */
export interface LiveClients {
  /** @throws {ProblemError} 503 or 429 when no more may listen. */
  assertRoom(principal: Principal): void
  /**
   * Looks after the connection from now on.
   *
   * @returns a signal that is aborted when the connection ends, whoever ends it.
   * @throws {ProblemError} as `assertRoom`.
   */
  enter(principal: Principal, connection: LiveConnection): LiveClient
  /** To be called when a token or a session may have ended. */
  lookAtTokens(): void
}

export interface LiveClient {
  readonly signal: AbortSignal
  end(why: Ending): void
}

// A client that takes nothing between so many heartbeats has gone, or might as well have.
const STALLED_BEATS = 2

interface Entry {
  readonly principal: Principal
  readonly connection: LiveConnection
  readonly end: (why: Ending) => void
  takenBytes: number
  stalledBeats: number
}

type Deps = Pick<ApiDeps, 'store' | 'engine' | 'logger' | 'stopping'>

export function createLiveClients(deps: Deps, limits: LiveLimits): LiveClients {
  const { stopping } = deps
  const entries = new Set<Entry>()
  const ofActor = createTally()
  let pulse: NodeJS.Timeout | undefined

  function assertRoom({ actor }: Principal): void {
    if (entries.size >= limits.clients) throw full(limits.clients)
    if (actor !== 'admin' && ofActor.of(actor) >= limits.clientsOfToken)
      throw fullForToken(limits.clientsOfToken)
  }

  function leave(entry: Entry): void {
    if (!entries.delete(entry)) return
    ofActor.add(entry.principal, -1)
    if (entries.size > 0) return
    clearInterval(pulse)
    pulse = undefined
  }

  function lookAtTokens(): void {
    endUnentitled(deps, entries).catch((error: unknown) => {
      // The disk fails, which is told of elsewhere; the next heartbeat looks again.
      deps.logger.debug({ err: error }, 'tokens of live clients not looked at')
    })
  }

  function beat(): void {
    lookAtTokens()
    for (const entry of entries) {
      if (isStalled(entry) || !entry.connection.beat()) entry.end('slow')
    }
  }

  stopping.addEventListener('abort', () => {
    for (const { end } of entries) end('away')
  })

  return {
    assertRoom,
    lookAtTokens,
    enter(principal, connection) {
      assertRoom(principal)
      const over = new AbortController()
      const end = (why: Ending): void => {
        leave(entry)
        // First the end, then those who write: what they do about it must not come between.
        connection.end(why)
        over.abort()
      }
      const entry: Entry = { principal, connection, end, takenBytes: -1, stalledBeats: 0 }
      entries.add(entry)
      ofActor.add(principal, 1)
      pulse ??= setInterval(beat, limits.heartbeatMs).unref()
      connection.stream.once('close', () => {
        leave(entry)
        over.abort()
      })
      if (stopping.aborted || connection.stream.destroyed) end('away')
      return { signal: over.signal, end }
    },
  }
}

interface Tally {
  of(actor: Actor): number
  add(principal: Pick<Principal, 'actor'>, change: 1 | -1): void
}

function createTally(): Tally {
  const counts = new Map<Actor, number>()
  const of = (actor: Actor): number => counts.get(actor) ?? 0
  return {
    of,
    add({ actor }, change) {
      const count = of(actor) + change
      if (count === 0) counts.delete(actor)
      else counts.set(actor, count)
    },
  }
}

/** Whether the client has taken nothing of what is there for it for too long. */
function isStalled(entry: Entry): boolean {
  const { socket } = entry.connection
  const takenBytes = socket.bytesWritten - socket.writableLength
  const isStill = socket.writableLength > 0 && takenBytes === entry.takenBytes
  entry.takenBytes = takenBytes
  entry.stalledBeats = isStill ? entry.stalledBeats + 1 : 0
  return entry.stalledBeats >= STALLED_BEATS
}

/** Ends the streams whose token or session counts no longer. */
async function endUnentitled(
  { store, engine }: Pick<ApiDeps, 'store' | 'engine'>,
  entries: Iterable<Pick<Entry, 'principal' | 'end'>>,
): Promise<void> {
  const byToken = Map.groupBy(entries, ({ principal }) => principal.session?.id ?? principal.actor)
  const now = engine.clock.now()
  const ended = await store.read((tx) =>
    [...byToken.keys()].filter((id) => {
      if (id === 'admin' || id === 'worker') return false
      const token = tx.tokens.find(tokenId(id))
      return token === undefined || !isInForce(token, now)
    }),
  )
  for (const id of ended) for (const { end } of byToken.get(id) ?? []) end('token-ended')
}

function full(clients: number): ProblemError {
  const detail = `${clients} clients listen, which is all that there is room for`
  return new ProblemError(503, 'NO_STREAM_LEFT', detail)
}

function fullForToken(clients: number): ProblemError {
  const detail = `the token has ${clients} streams open, which is all that it may have`
  return new ProblemError(429, 'TOO_MANY_STREAMS', detail)
}
