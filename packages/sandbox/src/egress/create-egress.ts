import { join } from 'node:path'

import type { Egress, EgressAccess } from '@sleepless/domain'

import { createAllowance } from './allowance.ts'
import { createRegistryClient } from './ask-registry.ts'
import { HOST_NETWORK, type Network } from './find-address.ts'
import { createRefusals } from './refusals.ts'
import {
  DEFAULT_REGISTRIES,
  EGRESS_PORT,
  LOCAL_URL,
  REGISTRY_VARIABLES,
  type RegistryUrls,
} from './registries.ts'
import { serveEgress } from './serve-egress.ts'

export interface EgressOptions {
  /** A directory for the sockets, with a short name, for the kernel takes 107 bytes. It is the caller's. */
  readonly socketsPath: string
  /** In place of the public ones: mirrors of the owner, wherever they are. */
  readonly registries?: Partial<RegistryUrls>
  /** How hosts are reached. Default: over the network of this machine. */
  readonly network?: Partial<Network>
  /** How much one attempt may send and receive, in bytes. Default: 20 GiB. */
  readonly maxBytes?: number
}

const MAX_BYTES = 20 * 2 ** 30
const SOCKET = '/run/sleepless/egress.sock'

/** What is inside is reached without it; so is the model, whose name stands for a socket. */
const NO_PROXY = 'localhost,127.0.0.1,::1,.local'

/** Proxies for attempts in a sandbox: each gets one of its own, which knows where it may go. */
export function createEgress(options: EgressOptions): Egress {
  const { socketsPath, maxBytes = MAX_BYTES } = options
  const urls = { ...DEFAULT_REGISTRIES, ...options.registries }
  const network = { ...HOST_NETWORK, ...options.network }
  const client = createRegistryClient()
  const open = new Set<AsyncDisposable>()
  let count = 0

  return {
    async open({ rules, onRefusal }): Promise<EgressAccess> {
      count += 1
      const socketPath = join(socketsPath, `egress-${count}`)
      const served = await serveEgress({
        rules,
        socketPath,
        urls,
        network,
        ask: client.ask,
        allowance: createAllowance(maxBytes),
        refusals: createRefusals(onRefusal),
      })
      open.add(served)
      return {
        socket: { hostPath: socketPath, path: SOCKET, port: EGRESS_PORT },
        env: { ...PROXY_VARIABLES, ...(rules.registries && REGISTRY_VARIABLES) },
        async [Symbol.asyncDispose]() {
          open.delete(served)
          await served[Symbol.asyncDispose]()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open].map((served) => served[Symbol.asyncDispose]()))
      client[Symbol.dispose]()
    },
  }
}

const PROXY_VARIABLES: Readonly<Record<string, string>> = {
  HTTP_PROXY: LOCAL_URL,
  HTTPS_PROXY: LOCAL_URL,
  NO_PROXY,
  http_proxy: LOCAL_URL,
  https_proxy: LOCAL_URL,
  no_proxy: NO_PROXY,
}
