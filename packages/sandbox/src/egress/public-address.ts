import { networkInterfaces } from 'node:os'

import ipaddr from 'ipaddr.js'

/** Public by its number, and yet the host of a machine in Azure, with its credentials. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16'])
/** All that is given out to anybody (2000::/3); the rest of IPv6 is not, or means something else. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an address is anybody's on the internet: not loopback, private, link-local, multicast, shared or
 * reserved, no form of IPv6 that leads to another address, and none of this machine's own.
 *
 * @param address as a resolver gives it: the long form, in decimals or in hexadecimal groups.
 */
export function isPublicAddress(
  address: string,
  own: ReadonlySet<string> = ownAddresses(),
): boolean {
  if (METADATA.has(address) || own.has(address)) return false
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === 'unicast'
  }
  if (!ipaddr.IPv6.isValid(address)) return false
  const parsed = ipaddr.IPv6.parse(address)
  return parsed.range() === 'unicast' && parsed.match(GLOBAL_IPV6)
}

/** What listens on all addresses of a machine listens for its neighbors, not for its agents. */
function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return new Set(all.map(({ address }) => address))
}
