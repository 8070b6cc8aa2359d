import type { WorkerDeps } from '@sleepless/worker'

import { createCrossing } from './crash-points.ts'
import { crashing } from './crashing.ts'
import { MUTANTS } from './mutants/index.ts'
import type { ControlPorts, ServiceName, Wrapping } from './ports.ts'

/** What the environment asks for: a mutant, a point to die at, or both. */
function wrappingsOf(service: ServiceName): readonly Wrapping[] {
  const mutant = MUTANTS[process.env['FAULT_MUTANT'] ?? '']
  return [
    mutant?.service === service ? mutant.wrapping : {},
    crashing(createCrossing(service, process.env['FAULT_CRASH_AT'] ?? '')),
  ]
}

/** The ports of api or scheduler, wrapped. */
export function wrapControl<Ports extends ControlPorts>(
  service: 'api' | 'scheduler',
  ports: Ports,
): Ports {
  return wrappingsOf(service).reduce<Ports>(
    (inner, { control }) => (control === undefined ? inner : control(inner)),
    ports,
  )
}

/** The ports of a worker, wrapped. */
export function wrapWorker(deps: WorkerDeps): WorkerDeps {
  return wrappingsOf('worker').reduce((inner, { worker }) => worker?.(inner) ?? inner, deps)
}
