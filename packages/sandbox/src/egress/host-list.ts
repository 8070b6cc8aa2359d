/**
 * Whether a name is among those of a list, in which `*.example.com` stands for all below `example.com`.
 *
 * @param host in lower case, without a last dot, as those of the list.
 */
export function isListed(host: string, hosts: readonly string[]): boolean {
  return hosts.some((listed) =>
    listed.startsWith('*.')
      ? host.endsWith(listed.slice(1)) && host.length >= listed.length
      : host === listed,
  )
}
