import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { claudeBinary } from '@sleepless/testing'

import { createRemote } from '../../harness/repository.ts'

/** Where everything of one stack is. */
export interface Places {
  readonly root: string
  /** Home of api and scheduler. */
  readonly control: string
  readonly workers: readonly string[]
  readonly logs: string
  readonly remote: string
  /** Programs, and the log of what they did. */
  readonly programs: string
  /** What {@link file://./../composition/control.ts} reads. */
  readonly controlFile: string
}

const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url))
const SIZES = { control: '256m', worker: '256m', logs: '64m' }

/** @param isMounting whether homes are small file systems of their own, which can be filled. */
export function makePlaces(root: string, workerCount: number, isMounting: boolean): Places {
  const programs = path.join(root, 'programs')
  const at = (name: string, size: string): string => {
    const directory = path.join(root, name)
    mkdirSync(directory)
    if (isMounting) mount(directory, size)
    return directory
  }
  const control = at('control', SIZES.control)
  const workers = Array.from({ length: workerCount }, (_, index) =>
    at(`worker-${index + 1}`, SIZES.worker),
  )
  const logs = at('logs', SIZES.logs)
  mkdirSync(programs)
  for (const name of ['agent', 'claude']) install(path.join(programs, name), `${name}.sh`)
  writeFileSync(path.join(programs, 'claude-binary'), claudeBinary())
  writeFileSync(path.join(programs, 'effects.log'), '')
  const remote = createRemote(root)
  install(path.join(remote, 'hooks', 'post-receive'), 'post-receive.sh')
  const controlFile = path.join(root, 'control.json')
  return { root, control, workers, logs, remote, programs, controlFile }
}

/** File systems that are mounted must go before their folder does. */
export function unmount({ control, workers, logs }: Places): void {
  for (const directory of [control, ...workers, logs]) {
    execFileSync('umount', ['--lazy', directory], { stdio: 'ignore' })
  }
}

function mount(directory: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'sleepless', directory])
}

function install(target: string, program: string): void {
  mkdirSync(path.dirname(target), { recursive: true })
  copyFileSync(path.join(PROGRAMS, program), target)
  chmodSync(target, 0o755)
}
