import { setTimeout } from 'node:timers/promises'

import { EVENT_TYPES, type EventType, type NewEvent, type TaskId } from '@sleepless/domain'
import { createProject, submit } from '@sleepless/engine'
import { seededRandom, type SeededRandom } from '@sleepless/testing'
import { expect, test } from 'vitest'

import type { ControlPlane } from '../test-kit/control-plane.ts'
import { runningApi } from '../test-kit/running-api.ts'
import { openSse } from '../test-kit/sse-stream.ts'
import { openStream } from '../test-kit/stream-peer.ts'

const EVENTS = 1500
const READERS = 12

interface Planned extends NewEvent {
  readonly id: number
  readonly project: string | undefined
}

interface Filter {
  readonly task?: TaskId
  readonly project?: string
  readonly types?: readonly EventType[]
}

/** Two tasks of a project and two thoughts, for events to be about. */
async function someTasks({ store, engine }: ControlPlane) {
  return store.write((tx) => {
    createProject(tx, engine, {
      name: 'shop',
      remote: '/repository.git',
      defaultBranch: 'main',
      concurrency: undefined,
    })
    return ['shop', 'shop', undefined, undefined].map((project) => {
      const { id } = submit(tx, engine, { prompt: 'x', ...(project && { project }) })
      return { id, project }
    })
  })
}

type SomeTask = Awaited<ReturnType<typeof someTasks>>[number]

/** What will be written, so that readers know when they are through. */
function plan(random: SeededRandom, after: number, tasks: readonly SomeTask[]): readonly Planned[] {
  return Array.from({ length: EVENTS }, (_none, index) => {
    const task = tasks[random.below(tasks.length + 1)]
    return {
      id: after + 1 + index,
      project: task?.project,
      type: random.pick(EVENT_TYPES),
      at: new Date(),
      data: { text: 'ü'.repeat(random.below(300)) },
      ...(task && { taskId: task.id }),
    }
  })
}

/** Writes in commits of all sizes, with pauses. */
async function write(
  { store }: ControlPlane,
  random: SeededRandom,
  planned: readonly Planned[],
): Promise<void> {
  for (let written = 0; written < EVENTS;) {
    const size = 1 + random.below(random.chance(0.1) ? 400 : 5)
    const events = planned.slice(written, written + size)
    await store.write((tx) => {
      for (const { id: _id, project: _project, ...event } of events) tx.events.append(event)
    })
    written += events.length
    if (random.chance(0.3)) await setTimeout(random.below(20))
  }
}

function randomFilter(random: SeededRandom, tasks: readonly { readonly id: TaskId }[]): Filter {
  const [first] = tasks
  return {
    ...(random.chance(0.3) && first && { task: first.id }),
    ...(random.chance(0.3) && { project: 'shop' }),
    ...(random.chance(0.5) && {
      types: [random.pick(EVENT_TYPES), random.pick(EVENT_TYPES), random.pick(EVENT_TYPES)],
    }),
  }
}

/** Reads everything that comes to it, over connections that it ends whenever it likes. */
async function read(url: string, random: SeededRandom, { filter, count, after }: Reading) {
  const { task, project, types } = filter
  const given = { task, project, types: types?.join(',') }
  const seen: number[] = []
  while (seen.length < count) {
    const few = Math.min(count - seen.length, 1 + random.below(200))
    const query = new URLSearchParams({ after: String(seen.at(-1) ?? after) })
    for (const [name, value] of Object.entries(given)) if (value) query.set(name, value)
    if (random.chance(0.5)) {
      using stream = await openSse(url, { path: `/v1/events?${query}` })
      seen.push(...(await stream.take(few)).map(({ id }) => id))
    } else {
      using peer = await openStream(url, { query: String(query) })
      seen.push(...(await peer.takeIds(few)))
    }
  }
  return seen
}

interface Reading {
  readonly filter: Filter
  readonly count: number
  readonly after: number
}

function wanted({ task, project, types }: Filter, events: readonly Planned[]): number[] {
  return events
    .filter((event) => task === undefined || event.taskId === task)
    .filter((event) => project === undefined || event.project === project)
    .filter((event) => types === undefined || types.includes(event.type))
    .map(({ id }) => id)
}

test.each([1, 2, 3])(
  'every event that is asked for comes once, however often connections end: seed %i',
  async (seed) => {
    const { plane, url } = await runningApi()
    const random = seededRandom(seed)
    const tasks = await someTasks(plane)
    const head = await plane.store.read((tx) => tx.events.head())
    const planned = plan(random, head, tasks)
    const reading = Array.from({ length: READERS }, async (_none, index) => {
      const own = seededRandom(`${seed}/${index}`)
      const filter = randomFilter(own, tasks)
      const expected = wanted(filter, planned)
      const { length: count } = expected
      expect(await read(url, own, { filter, count, after: head })).toEqual(expected)
    })
    await Promise.all([write(plane, random, planned), ...reading])
  },
)
