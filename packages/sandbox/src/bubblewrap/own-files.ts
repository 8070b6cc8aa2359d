/** The user inside, whoever the worker is outside: some programs refuse to work as root. */
export const USER_ID = '1000'

/** Files of /etc that are the same in every sandbox: nothing in them tells of the host. */
export const OWN_FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': lines(
    'root:x:0:0:root:/nonexistent:/usr/sbin/nologin',
    `agent:x:${USER_ID}:${USER_ID}:agent:/config:/bin/sh`,
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ),
  '/etc/group': lines('root:x:0:', `agent:x:${USER_ID}:`, 'nogroup:x:65534:'),
  '/etc/hosts': lines('127.0.0.1 localhost sandbox', '::1 localhost sandbox'),
  '/etc/nsswitch.conf': lines(
    ...['passwd', 'group', 'hosts', 'services', 'protocols'].map((name) => `${name}: files`),
  ),
  '/etc/resolv.conf': lines('# There is no name server inside.'),
}

function lines(...content: readonly string[]): string {
  return content.map((line) => `${line}\n`).join('')
}
