import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import type { CgroupVersion } from './controllers.ts'

/** A directory of control groups in which one for a sandbox could be made. */
export interface CgroupPlace {
  readonly version: CgroupVersion
  /** Of version 1, which has a tree for each; empty for version 2. */
  readonly controller: string
  readonly directory: string
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

/**
 * Where this process could make control groups, the best place first: those of version 2 in its own or,
 * since a group of version 2 has either processes or groups with limits, beside it.
 *
 * @param mountInfo of /proc/self/mountinfo. @param membership of /proc/self/cgroup.
 */
export function cgroupPlaces(mountInfo: string, membership: string): readonly CgroupPlace[] {
  const mounts = mountInfo.split('\n').flatMap((line) => mountOf(line) ?? [])
  const memberships = membership.split('\n').flatMap((line) => {
    const [, , controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    return path === undefined ? [] : [{ controllers: controllers?.split(',') ?? [], path }]
  })

  const own = (type: string, controller: string): string | undefined => {
    const group = memberships.find(({ controllers }) => controllers.includes(controller))
    const isIts = (mount: Mount): boolean =>
      mount.type === type && (controller === '' || mount.options.includes(controller))
    const mount = mounts.find(isIts)
    return group === undefined || mount === undefined ? undefined : placeIn(mount, group.path)
  }

  const second = own('cgroup2', '')
  const point = mounts.find(({ type }) => type === 'cgroup2')?.point
  const around = second === undefined || second === point ? [second] : [second, dirname(second)]
  return [
    ...around.map((directory) => ({ version: 'cgroup v2', controller: '', directory }) as const),
    ...['memory', 'pids'].map((controller) => {
      const directory = own('cgroup', controller)
      return { version: 'cgroup v1', controller, directory } as const
    }),
  ].flatMap(({ directory, ...place }) => (directory === undefined ? [] : [{ ...place, directory }]))
}

/** The places of this process. */
export async function ownCgroupPlaces(): Promise<readonly CgroupPlace[]> {
  return cgroupPlaces(await readOwn('mountinfo'), await readOwn('cgroup'))
}

function readOwn(name: string): Promise<string> {
  return readFile(`/proc/self/${name}`, 'utf8').catch(() => '')
}

/** See proc_pid_mountinfo(5): optional fields end with a dash. */
function mountOf(line: string): Mount | undefined {
  const [head = '', tail = ''] = line.split(' - ')
  const [, , , root, point] = head.split(' ')
  const [type, , options = ''] = tail.split(' ')
  if (root === undefined || point === undefined || type === undefined) return undefined
  return { root, point, type, options: options.split(',') }
}

/** @returns undefined for a group that the mount does not show, as a container's own may not. */
function placeIn({ root, point }: Mount, path: string): string | undefined {
  const base = root === '/' ? '' : root
  const isShown = `${path}/`.startsWith(`${base}/`) && !path.startsWith('/..')
  return isShown ? resolve(point, `.${path.slice(base.length)}`) : undefined
}
