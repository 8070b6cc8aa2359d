import { lstat, readlink } from 'node:fs/promises'

/** Programs and libraries. */
const SYSTEM_DIRECTORIES = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

/**
 * What programs read of /etc, and nobody keeps secrets in. Of directories for keys and certificates, only the
 * latter: root outside is the owner of root's files inside, too.
 */
const SYSTEM_FILES = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/debian_version',
  '/etc/fonts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/magic',
  '/etc/mime.types',
  '/etc/os-release',
  '/etc/pki/ca-trust/extracted',
  '/etc/pki/tls/cert.pem',
  '/etc/pki/tls/certs',
  '/etc/protocols',
  '/etc/services',
  '/etc/ssl/cert.pem',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/timezone',
]

/** Files of /proc that tell root, whom the kernel knows under any other name, about the machine. */
const KERNEL_FILES = [
  '/proc/kallsyms',
  '/proc/kcore',
  '/proc/keys',
  '/proc/kmsg',
  '/proc/kpagecgroup',
  '/proc/kpagecount',
  '/proc/kpageflags',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/slabinfo',
  '/proc/timer_list',
  '/proc/vmallocinfo',
]

/** @returns arguments of bubblewrap that show the host's programs, and files of /etc. */
export async function systemArguments(): Promise<readonly string[]> {
  const system = await Promise.all([...SYSTEM_DIRECTORIES, ...SYSTEM_FILES].map(shown))
  return system.flat()
}

/** @returns arguments of bubblewrap that hide what the kernel says of itself. */
export async function kernelArguments(): Promise<readonly string[]> {
  const found = await Promise.all(
    KERNEL_FILES.map(async (path) => ((await kindOf(path)) ? [path] : [])),
  )
  return found.flat().flatMap((path) => ['--ro-bind', '/dev/null', path])
}

/** Whether a program of the host is there without more ado. */
export function isOfSystem(path: string): boolean {
  return SYSTEM_DIRECTORIES.some((directory) => path.startsWith(`${directory}/`))
}

async function shown(path: string): Promise<readonly string[]> {
  const kind = await kindOf(path)
  if (kind === undefined) return []
  return kind === 'link' ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path]
}

async function kindOf(path: string): Promise<'link' | 'other' | undefined> {
  const found = await lstat(path).catch(() => undefined)
  return found && (found.isSymbolicLink() ? 'link' : 'other')
}
