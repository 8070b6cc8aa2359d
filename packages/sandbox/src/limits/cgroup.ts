import { constants } from 'node:fs'
import { access, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { LimitInForce, SandboxLimit } from '@sleepless/domain'

import { ownCgroupPlaces, type CgroupPlace } from './cgroup-places.ts'
import { CONTROLLERS, type Controller } from './controllers.ts'
import { newGroupName, removeForsakenGroups, removeGroup } from './group-removal.ts'
import type { SandboxLimits } from './sandbox-limits.ts'

/** A control group of one sandbox. Disposing it kills what is in it, and removes it. */
export interface Cgroup extends AsyncDisposable {
  /** A process joins by writing its pid. */
  readonly joinFile: string
  readonly inForce: readonly LimitInForce[]
  limitsHit(): Promise<readonly SandboxLimit[]>
}

/**
 * Makes control groups for the limits that they can enforce, as far as this user may make any: none in
 * most containers, and for most users. Removes those that workers left which are no more.
 */
export async function createCgroups(limits: SandboxLimits): Promise<readonly Cgroup[]> {
  const made: Cgroup[] = []
  for (const place of await ownCgroupPlaces()) {
    const has = made.flatMap(({ inForce }) => inForce.map(({ limit }) => limit))
    const wanted = CONTROLLERS[place.version].filter(
      ({ name, limit }) => !has.includes(limit) && ['', name].includes(place.controller),
    )
    const cgroup = wanted.length === 0 ? undefined : await createIn(place, wanted, limits)
    if (cgroup !== undefined) made.push(cgroup)
  }
  return made
}

async function createIn(
  { version, directory }: CgroupPlace,
  controllers: readonly Controller[],
  limits: SandboxLimits,
): Promise<Cgroup | undefined> {
  const group = join(directory, newGroupName())
  try {
    // Who may not write here may not move a process to a group below either.
    await access(join(directory, 'cgroup.procs'), constants.W_OK)
    await removeForsakenGroups(directory)
    if (version === 'cgroup v2') await handDown(directory, controllers)
    await mkdir(group)
  } catch {
    return undefined
  }
  const set = await Promise.all(
    controllers.map(async (controller) =>
      (await setLimit(group, controller, limits)) ? [controller] : [],
    ),
  )
  const enforced = set.flat()
  if (enforced.length === 0) {
    await rmdir(group)
    return undefined
  }
  return {
    joinFile: join(group, 'cgroup.procs'),
    inForce: enforced.map(({ limit: name, value }) => ({
      limit: name,
      value: value(limits),
      mechanism: version,
    })),
    async limitsHit() {
      const hits = await Promise.all(enforced.map((controller) => isHit(group, controller)))
      return enforced.filter((_, index) => hits[index]).map(({ limit: name }) => name)
    },
    [Symbol.asyncDispose]: () => removeGroup(group),
  }
}

/** Lets groups below have limits. Refused where it has been done already, or processes are in the way. */
async function handDown(directory: string, controllers: readonly Controller[]): Promise<void> {
  for (const { name } of controllers) {
    await writeFile(join(directory, 'cgroup.subtree_control'), `+${name}`).catch(() => undefined)
  }
}

async function setLimit(
  group: string,
  { file, value, swap }: Controller,
  limits: SandboxLimits,
): Promise<boolean> {
  const set = (name: string, amount: number): Promise<boolean> =>
    // Never made: on a file system of another kind that would be a file like any other.
    writeFile(join(group, name), String(amount), { flag: constants.O_WRONLY }).then(
      () => true,
      () => false,
    )
  const isSet = await set(file, value(limits))
  if (isSet && swap !== undefined) await set(swap.file, swap.value(limits))
  return isSet
}

async function isHit(group: string, { hits }: Controller): Promise<boolean> {
  const text = await readFile(join(group, hits.file), 'utf8').catch(() => '')
  const count = new RegExp(`^${hits.name} (\\d+)$`, 'm').exec(text)?.[1]
  return count !== undefined && count !== '0'
}
