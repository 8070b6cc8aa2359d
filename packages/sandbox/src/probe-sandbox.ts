import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kill } from 'node:process'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

import type {
  EnclosedCommand,
  Enclosure,
  SandboxAvailability,
  SandboxLimit,
} from '@sleepless/domain'

import { SYSTEM_PATH } from './bubblewrap/launcher.ts'
import type { SandboxLimits } from './limits/sandbox-limits.ts'
import { remedyFor } from './remedy.ts'

const DEADLINE_MS = 10_000

export interface ProbeOptions {
  readonly enclose: (command: EnclosedCommand) => Promise<Enclosure>
  readonly limits: SandboxLimits
  readonly bubblewrap: string
}

/** Encloses a small program, and looks at what it says from inside. */
export async function probeSandbox(options: ProbeOptions): Promise<SandboxAvailability> {
  if (process.platform !== 'linux') return unavailable('there is none for this operating system')
  const version = await versionOf(options.bubblewrap)
  if (version === undefined) return unavailable(`${options.bubblewrap} was not found`)
  const home = await realpath(await mkdtemp(join(tmpdir(), 'sleepless-sandbox-')))
  try {
    const [workspacePath, homePath] = [join(home, 'workspace'), join(home, 'home')]
    for (const directory of [workspacePath, homePath]) await mkdir(directory)
    const command = { file: '/bin/cat', args: ['/proc/self/status'], env: { PATH: SYSTEM_PATH } }
    await using enclosure = await options.enclose({ ...command, workspacePath, homePath })
    const { output, errors } = await run(enclosure)
    // Of a process without the right to do anything, and without a way to get it.
    const isShutIn = /^CapEff:\t0+$/m.test(output) && /^NoNewPrivs:\t1$/m.test(output)
    if (!isShutIn) return unavailable(errors.trim() || 'it gave no answer', version)
    return {
      available: true,
      version,
      limits: enclosure.limits,
      missingLimits: missing(options.limits, enclosure),
      filtersCalls: /^Seccomp:\t2$/m.test(output),
    }
  } catch (error) {
    return unavailable(error instanceof Error ? error.message : String(error), version)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function unavailable(problem: string, version = 'bubblewrap'): SandboxAvailability {
  const detail = `No sandbox (${version}): ${problem}. ${remedyFor(problem)}`
  return { available: false, code: 'SANDBOX_UNAVAILABLE', detail }
}

/** As in `bubblewrap 0.8.0`. @returns undefined when there is none. */
async function versionOf(bubblewrap: string): Promise<string | undefined> {
  const env = { PATH: SYSTEM_PATH }
  return promisify(execFile)(bubblewrap, ['--version'], { env, timeout: DEADLINE_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

async function run(enclosure: Enclosure): Promise<{ output: string; errors: string }> {
  const child = spawn(enclosure.file, enclosure.args, {
    env: enclosure.env,
    stdio: ['ignore', 'pipe', 'pipe', ...enclosure.descriptors],
    detached: true,
  })
  const { pid, stdout, stderr } = child
  const deadline = setTimeout(() => pid !== undefined && kill(-pid, 'SIGKILL'), DEADLINE_MS)
  try {
    const [output, errors] = await Promise.all([
      stdout === null ? '' : text(stdout),
      stderr === null ? '' : text(stderr),
      once(child, 'close'),
    ])
    return { output, errors }
  } finally {
    clearTimeout(deadline)
  }
}

function missing(limits: SandboxLimits, { limits: inForce }: Enclosure): readonly SandboxLimit[] {
  const wanted: readonly SandboxLimit[] = [
    ...(['memory', 'processes', 'file-size', 'open-files', 'workspace-disk'] as const),
    ...(limits.cpuSeconds === undefined ? [] : (['cpu-time'] as const)),
  ]
  return wanted.filter((name) => inForce.every(({ limit }) => limit !== name))
}
