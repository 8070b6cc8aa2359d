import type { Executor, Queue, Store, Workspace, Workspaces, WriteTx } from '@sleepless/domain'

import { createExecutorRegistry } from '../../../packages/executor/src/index.ts'
import { isPlace, type Crossing } from './crash-points.ts'
import { onBehalfOf, type Wrapping } from './ports.ts'

/** Ports at which a process dies when it comes by. */
export function crashing(cross: Crossing): Wrapping {
  return {
    control: (ports) => ({
      ...ports,
      store: crashingStore(ports.store, cross),
      queue: crashingQueue(ports.queue, cross),
    }),
    worker: (deps) => ({
      ...deps,
      api: crashingCalls(deps.api, cross),
      workspaces: crashingWorkspaces(deps.workspaces, cross),
      executors: createExecutorRegistry(
        [...deps.executors].map((executor) => crashingExecutor(executor, cross)),
      ),
    }),
  }
}

function crashingStore<Port extends Pick<Store, 'write'>>(store: Port, cross: Crossing): Port {
  const write: Store['write'] = async (work) => {
    const types = new Set<string>()
    const result = await store.write((tx) => {
      const done = work(noting(tx, types))
      for (const type of types) cross(`commit:${type}`, 'before')
      return done
    })
    for (const type of types) cross(`commit:${type}`, 'after')
    return result
  }
  return onBehalfOf<Pick<Store, 'write'>>(store, { write }) as Port
}

function noting(tx: WriteTx, types: Set<string>): WriteTx {
  const append: WriteTx['events']['append'] = (event) => {
    types.add(event.type)
    tx.events.append(event)
  }
  return { ...tx, events: { ...tx.events, append } }
}

function crashingQueue<Port extends Partial<Queue>>(queue: Port, cross: Crossing): Port {
  const { publish } = queue
  if (publish === undefined) return queue
  return onBehalfOf<Partial<Queue>>(queue, {
    async publish(orders) {
      cross('send:publish', 'before')
      await publish.call(queue, orders)
      cross('send:publish', 'after')
    },
  }) as Port
}

/** Each method of a client that is a place is a message that is sent; the others are as they were. */
function crashingCalls<Client extends object>(client: Client, cross: Crossing): Client {
  return new Proxy(client, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      const place = `call:${String(name)}`
      if (!isPlace('worker', place)) return method.bind(target)
      return async (...given: readonly unknown[]): Promise<unknown> => {
        cross(place, 'before')
        const answer: unknown = await Reflect.apply(method, target, [...given])
        cross(place, 'after')
        return answer
      }
    },
  })
}

function crashingWorkspaces(workspaces: Workspaces, cross: Crossing): Workspaces {
  return onBehalfOf(workspaces, {
    async open(request, signal) {
      cross('rename:workspace', 'before')
      const workspace = await workspaces.open(request, signal)
      cross('rename:workspace', 'after')
      return crashingWorkspace(workspace, cross)
    },
  })
}

function crashingWorkspace(workspace: Workspace, cross: Crossing): Workspace {
  return onBehalfOf(workspace, {
    async commit(request) {
      cross('rename:commit', 'before')
      const commit = await workspace.commit(request)
      cross('rename:commit', 'after')
      return commit
    },
  })
}

function crashingExecutor(executor: Executor, cross: Crossing): Executor {
  return onBehalfOf(executor, {
    async *run(order, context) {
      cross('spawn:agent', 'before')
      const run = executor.run(order, context)
      for (;;) {
        const next = await run.next()
        if (next.done === true) return next.value
        if (next.value.type === 'started') cross('spawn:agent', 'after')
        yield next.value
      }
    },
  })
}
