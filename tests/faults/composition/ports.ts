import type { Queue, Store, WriteTx } from '@sleepless/domain'
import type { EngineDeps } from '@sleepless/engine'
import type { WorkerDeps } from '@sleepless/worker'

export type ServiceName = 'api' | 'scheduler' | 'worker'

/** What api and scheduler have in common. */
export interface ControlPorts {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly engine: EngineDeps
  readonly queue: Pick<Queue, 'withdraw'>
}

/** Ports of a service, with something between it and them. What is absent stays as it is shipped. */
export interface Wrapping {
  readonly control?: <Ports extends ControlPorts>(ports: Ports) => Ports
  readonly worker?: (deps: WorkerDeps) => WorkerDeps
}

/** The same object, but for these methods. */
export function onBehalfOf<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      if (name in methods) return Reflect.get(methods, name)
      const found: unknown = Reflect.get(target, name)
      return typeof found === 'function' ? found.bind(target) : found
    },
  })
}

/** The same store, with another view of each transaction that writes. */
export function changingWrites<Port extends Pick<Store, 'write'>>(
  store: Port,
  change: (tx: WriteTx) => WriteTx,
): Port {
  const write: Store['write'] = (work) => store.write((tx) => work(change(tx)))
  return onBehalfOf<Pick<Store, 'write'>>(store, { write }) as Port
}
