import type { FileHandle } from 'node:fs/promises'

import {
  type EnclosedCommand,
  type Enclosure,
  type LimitInForce,
  type Sandbox,
} from '@sleepless/domain'

import { bubblewrapArguments } from './bubblewrap/arguments.ts'
import { withBridge } from './bubblewrap/bridge.ts'
import {
  ARGUMENTS_DESCRIPTOR,
  launchArguments,
  LAUNCHER,
  SYSTEM_PATH,
} from './bubblewrap/launcher.ts'
import { OWN_FILES } from './bubblewrap/own-files.ts'
import { checkedCommand, forwardsOf } from './checked-command.ts'
import { watchDisk } from './disk/watch-disk.ts'
import { createCgroups } from './limits/cgroup.ts'
import { resourceLimits } from './limits/resource-limits.ts'
import { defaultLimits, type SandboxLimits } from './limits/sandbox-limits.ts'
import { passedFile } from './passed-file.ts'
import { probeSandbox } from './probe-sandbox.ts'
import { callFilter } from './seccomp/call-filter.ts'

export interface SandboxOptions {
  /** In place of the default ones. */
  readonly limits?: Partial<SandboxLimits>
  /** What every program may read besides the host's programs and libraries, at the same paths inside. */
  readonly readOnlyPaths?: readonly string[]
  /** Default: `bwrap`, found in the system's directories. */
  readonly bubblewrap?: string | undefined
}

/** A sandbox of bubblewrap, 0.8 or later, on Linux. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { readOnlyPaths = [], bubblewrap = 'bwrap' } = options
  const limits = { ...defaultLimits(), ...options.limits }

  const enclose = async (command: EnclosedCommand): Promise<Enclosure> => {
    const checked = await checkedCommand(command, readOnlyPaths)
    await using resources = new AsyncDisposableStack()

    const filter = callFilter(process.arch)
    const data = [...Object.values(OWN_FILES), ...(filter ? [filter] : [])]
    const lastDescriptor = ARGUMENTS_DESCRIPTOR + data.length
    const args = await bubblewrapArguments(checked, {
      temporaryBytes: limits.temporaryBytes,
      filterDescriptor: filter && lastDescriptor,
      fileDescriptors: new Map(
        Object.keys(OWN_FILES).map((path, index) => [path, ARGUMENTS_DESCRIPTOR + 1 + index]),
      ),
    })
    const passed = [args.map((arg) => `${arg}\0`).join(''), ...data]
    const files: FileHandle[] = []
    for (const content of passed) files.push(resources.use(await passedFile(content)))

    const cgroups = await createCgroups(limits)
    for (const cgroup of cgroups) resources.use(cgroup)
    const counted = cgroups.flatMap(({ inForce }) => inForce)
    const handedDown = await resourceLimits(limits, namesOf(counted))

    const { diskBytes: maxBytes, minFreeDiskBytes: minFreeBytes } = limits
    const paths = [checked.workspacePath, checked.homePath] as const
    const disk = resources.use(watchDisk({ paths, maxBytes, minFreeBytes }))
    const watched = { limit: 'workspace-disk', value: maxBytes, mechanism: 'watch' } as const

    const launch = await launchArguments({
      bubblewrap,
      lastDescriptor,
      joinFiles: cgroups.map(({ joinFile }) => joinFile),
      limits: handedDown.script,
      program: withBridge([checked.file, ...checked.args], forwardsOf(checked)),
    })
    const held = resources.move()
    return {
      file: LAUNCHER,
      args: launch,
      env: { PATH: SYSTEM_PATH },
      descriptors: files.map(({ fd }) => fd),
      limits: [...counted, ...handedDown.inForce, watched],
      diskFull: disk.full,
      limitsHit: async () =>
        (await Promise.all(cgroups.map((cgroup) => cgroup.limitsHit()))).flat(),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    }
  }

  return { enclose, probe: () => probeSandbox({ enclose, limits, bubblewrap }) }
}

function namesOf(limits: readonly LimitInForce[]): readonly LimitInForce['limit'][] {
  return limits.map(({ limit }) => limit)
}
