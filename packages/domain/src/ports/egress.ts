import type { EgressRules } from '../project.ts'
import type { EnclosedSocket } from './sandbox.ts'

export interface EgressRequest {
  readonly rules: EgressRules
  /** Called once for each host that is refused, with a sentence for a person. */
  readonly onRefusal: (message: string) => void
}

/** The way of one attempt out of its sandbox. Disposing closes it, and whatever is on its way. */
export interface EgressAccess extends AsyncDisposable {
  /** A proxy, to be shown inside. */
  readonly socket: EnclosedSocket
  /** What tells programs inside of it. */
  readonly env: Readonly<Record<string, string>>
}

/** The worker's own proxies between sandboxes and the network. */
export interface Egress extends AsyncDisposable {
  /** @throws when nothing can listen. */
  open(request: EgressRequest): Promise<EgressAccess>
}
