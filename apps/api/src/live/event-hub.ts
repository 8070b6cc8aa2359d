import { setImmediate as nextTurn } from 'node:timers/promises'

import type { LoggedEvent, ReadTx, TaskId } from '@sleepless/domain'

import type { ApiDeps } from '../deps.ts'
import { createHeadReader } from './head-reader.ts'
import { batchesOf, toLiveEvent, type Batch, type LiveEvent, type Reader } from './live-event.ts'
import { createProjectLookup } from './project-lookup.ts'

/** A client that has everything up to the head of the log, and is told what is new. */
export interface Member extends Reader {
  /** Takes note of its new position. @returns false when it gets no more: it leaves. */
  take(batch: Batch): boolean
  /** The log cannot be read. */
  fail(error: unknown): void
}

/** Reads each event once, for all who listen, and not at all while nobody does. */
export interface EventHub {
  /**
   * Tells the member everything after its position, until disposed.
   *
   * @param isAtHead whether it has just looked, and there was nothing after its position.
   * @returns undefined when it has to read on by itself first.
   */
  join(member: Member, isAtHead: boolean): Disposable | undefined
  /** Calls back whenever something has happened to a task, until disposed. */
  watch(task: TaskId, listener: () => void): Promise<Disposable>
}

interface Deps extends Pick<ApiDeps, 'store' | 'logger'> {
  /** Called when a token or a session may have ended. */
  readonly onAccessChange: () => void
}

/** What is sent at once, but for a single event that is larger. */
export const BATCH_BYTES = 64 * 1024
const ACCESS = /^(?:token|session)\./

export function createEventHub({ store, logger, onAccessChange }: Deps): EventHub {
  const members = new Set<Member>()
  const watchers = createWatchers()
  const projects = createProjectLookup()

  function toLive(tx: ReadTx, events: readonly LoggedEvent[]): readonly LiveEvent[] {
    const isProjectAsked = isAnyAskingForProject(members)
    return events.map((event) =>
      toLiveEvent(event, isProjectAsked ? projects.of(tx, event) : undefined),
    )
  }
  const reader = createHeadReader({
    store,
    logger,
    toLive,
    async onPage(events) {
      if (events.some(({ type }) => ACCESS.test(type))) onAccessChange()
      for (const batch of batchesOf(events, BATCH_BYTES)) await tell(members, batch)
      watchers.tell(events)
      restIfAlone()
    },
    onFailure(error) {
      for (const member of members) member.fail(error)
      watchers.tellAll()
    },
  })

  function restIfAlone(): void {
    if (members.size === 0 && watchers.isEmpty) reader.rest()
  }

  function leaving(leave: () => void): Disposable {
    return {
      [Symbol.dispose]() {
        leave()
        restIfAlone()
      },
    }
  }

  return {
    join(member, isAtHead) {
      const { position } = reader
      const isCaughtUp = position === undefined ? isAtHead : member.position >= position
      if (!isCaughtUp) return undefined
      members.add(member)
      reader.wakeAt(member.position)
      return leaving(() => members.delete(member))
    },
    async watch(task, listener) {
      const head = await store.read((tx) => tx.events.head())
      const unwatch = watchers.add(task, listener)
      reader.wakeAt(head)
      return leaving(unwatch)
    },
  }
}

// Others get a turn in between: sending to a thousand takes some ten milliseconds.
const MEMBERS_A_TURN = 100

async function tell(members: Set<Member>, batch: Batch): Promise<void> {
  let told = 0
  for (const member of members) {
    if (member.position < batch.lastId && !member.take(batch)) members.delete(member)
    told += 1
    if (told % MEMBERS_A_TURN === 0) await nextTurn()
  }
}

function isAnyAskingForProject(members: Iterable<Member>): boolean {
  for (const { filter } of members) if (filter.project !== undefined) return true
  return false
}

interface Watchers {
  readonly isEmpty: boolean
  /** @returns what ends it. */
  add(task: TaskId, listener: () => void): () => void
  tell(events: readonly LiveEvent[]): void
  tellAll(): void
}

function call(listeners: Iterable<() => void>): void {
  for (const listener of listeners) listener()
}

function createWatchers(): Watchers {
  const ofTask = new Map<TaskId, Set<() => void>>()
  return {
    get isEmpty() {
      return ofTask.size === 0
    },
    add(task, listener) {
      const listeners = ofTask.get(task) ?? new Set()
      ofTask.set(task, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) ofTask.delete(task)
      }
    },
    tell(events) {
      for (const taskId of new Set(events.map((event) => event.taskId)))
        if (taskId !== undefined) call(ofTask.get(taskId) ?? [])
    },
    tellAll() {
      for (const listeners of ofTask.values()) call(listeners)
    },
  }
}
