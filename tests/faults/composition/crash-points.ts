import type { ServiceName } from './ports.ts'

export type Side = 'before' | 'after'

/** A place at which a process can die, just before or just after something lasts or is heard. */
export interface CrashPoint {
  readonly service: ServiceName
  /** Such as `commit:task.submitted`, `send:publish`, `call:claim`, `spawn`. */
  readonly place: string
  readonly side: Side
}

const SIDES: readonly Side[] = ['before', 'after']

/** Commits by the event that they log, messages sent, processes started, references and files moved. */
const PLACES: Readonly<Record<ServiceName, readonly string[]>> = {
  api: [
    'commit:task.submitted',
    'commit:attempt.claimed',
    'commit:attempt.started',
    'commit:attempt.finished',
    'commit:effect.begun',
    'commit:effect.completed',
  ],
  scheduler: ['commit:attempt.dispatched', 'send:publish'],
  worker: [
    'call:claim',
    'call:report',
    'call:uploadArtifact',
    'call:beginEffect',
    'call:completeEffect',
    'call:finish',
    'rename:workspace',
    'rename:commit',
    'spawn:agent',
  ],
}

export const CRASH_POINTS: readonly CrashPoint[] = Object.entries(PLACES).flatMap(
  ([service, places]) =>
    places.flatMap((place) =>
      SIDES.map((side) => ({ service: service as ServiceName, place, side })),
    ),
)

export function nameOf({ service, place, side }: CrashPoint): string {
  return `${service}:${side}:${place}`
}

/** Whether a process can die when this is called. */
export function isPlace(service: ServiceName, place: string): boolean {
  return PLACES[service].includes(place)
}

/** Called at every crossing of a place; does not return from the one that was asked for. */
export type Crossing = (place: string, side: Side) => void

/** @param crashAt `<name>@<n>`: die at the n-th crossing, from 1; empty: never. */
export function createCrossing(service: ServiceName, crashAt: string): Crossing {
  const [wanted, count = '1'] = crashAt.split('@')
  let left = Number(count)
  return (place, side) => {
    if (nameOf({ service, place, side }) !== wanted) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
