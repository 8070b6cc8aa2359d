import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'

import { isPublicAddress } from './public-address.ts'

export interface Target {
  /** Never a name: whoever connects asks nobody again. */
  readonly address: string
  readonly port: number
}

/** How the network is reached; tests have another one. */
export interface Network {
  /** @returns all addresses of a name. @throws when there are none. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  readonly connect: (target: Target) => Socket
}

export const HOST_NETWORK: Network = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  connect: ({ address, port }) => connect({ host: address, port, allowHalfOpen: true }),
}

export type Found =
  | { readonly address: string }
  | { readonly problem: 'unknown' }
  /** It is known, and leads to nobody on the internet. */
  | { readonly problem: 'not-public' }

/** Asks once for the addresses of a host, and takes the first that is public. */
export async function findAddress(
  host: string,
  { resolve }: Pick<Network, 'resolve'>,
  deadline: AbortSignal,
): Promise<Found> {
  const addresses = await Promise.race([resolve(host), abortion(deadline)]).catch(() => undefined)
  if (addresses === undefined) return { problem: 'unknown' }
  const address = addresses.find((one) => isPublicAddress(one))
  return address === undefined ? { problem: 'not-public' } : { address }
}

function abortion(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
