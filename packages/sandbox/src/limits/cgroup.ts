import { constants } from 'node:fs'
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

import type { LimitInForce, SandboxLimit } from '@sleepless/domain'

import { ownCgroupPlaces, type CgroupPlace } from './cgroup-places.ts'
import { CONTROLLERS, type Controller } from './controllers.ts'
import type { SandboxLimits } from './sandbox-limits.ts'

const NAME = /^sleepless-(\d+)-/
/** How long what is left in a group may take to die. */
const DEATH_LIMIT_MS = 5000
const DEATH_PAUSE_MS = 5

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
  const group = join(directory, `sleepless-${pid}-${crypto.randomUUID()}`)
  try {
    // Who may not write here may not move a process to a group below either.
    await access(join(directory, 'cgroup.procs'), constants.W_OK)
    await removeForsaken(directory)
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
    [Symbol.asyncDispose]: () => remove(group),
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

/** Groups that are not empty stay: the kernel keeps them. */
async function removeForsaken(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const owner = Number(NAME.exec(name)?.[1] ?? pid)
    if (owner !== pid && !isAlive(owner)) await rmdir(join(directory, name)).catch(() => undefined)
  }
}

function isAlive(owner: number): boolean {
  try {
    return kill(owner, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function remove(group: string): Promise<void> {
  // Whatever there is can start nothing more, where processes are counted.
  await writeFile(join(group, 'pids.max'), '0', { flag: constants.O_WRONLY }).catch(() => undefined)
  const deadline = performance.now() + DEATH_LIMIT_MS
  for (;;) {
    const members = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')
    // A process of another pid namespace has the number 0 here, which for kill is our own group.
    for (const member of members.split('\n').map(Number)) if (member > 0) killNow(member)
    const isRemoved = await rmdir(group).then(
      () => true,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT',
    )
    // What can't be killed keeps its group, with its limits.
    if (isRemoved || performance.now() > deadline) return
    await delay(DEATH_PAUSE_MS)
  }
}

function killNow(member: number): void {
  try {
    kill(member, 'SIGKILL')
  } catch {
    // It is gone already, or belongs to another user.
  }
}
