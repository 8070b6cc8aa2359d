import { constants } from 'node:fs'
import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

const NAME = /^sleepless-(\d+)-/
/** How long what is left in a group may take to die. */
const DEATH_LIMIT_MS = 5000
const DEATH_PAUSE_MS = 5

/** It says whose it is. */
export function newGroupName(): string {
  return `sleepless-${pid}-${crypto.randomUUID()}`
}

/** Removes the groups of processes that are no more. Those that are not empty stay: the kernel keeps them. */
export async function removeForsakenGroups(directory: string): Promise<void> {
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

/** Kills all that is in it. What can't be killed keeps its group, with its limits. */
export async function removeGroup(group: string): Promise<void> {
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
