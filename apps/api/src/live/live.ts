import type { ApiDeps } from '../deps.ts'
import { createEventHub, type EventHub } from './event-hub.ts'
import { createLiveClients, type LiveClients } from './live-clients.ts'

/** What all that is live has in common. */
export interface Live {
  readonly hub: EventHub
  readonly clients: LiveClients
}

export function createLive(deps: ApiDeps): Live {
  const clients = createLiveClients(deps, deps.http.live)
  const hub = createEventHub({ ...deps, onAccessChange: () => clients.lookAtTokens() })
  return { hub, clients }
}
