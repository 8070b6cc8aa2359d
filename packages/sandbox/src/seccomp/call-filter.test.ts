import { describe, expect, test } from 'vitest'

import { answerOf } from '../fixtures/filter-machine.ts'
import { callFilter } from './call-filter.ts'
import { ACTIONS } from './instructions.ts'
import { AUDIT_NUMBERS, deniedCalls, FIRST_UNKNOWN_CALL } from './system-calls.ts'

const ALLOWED = ACTIONS.allow
const EPERM = ACTIONS.fail + 1
const ENOSYS = ACTIONS.fail + 38
const EAFNOSUPPORT = ACTIONS.fail + 97
const BIT_32 = 2 ** 32

/** Numbers by which a machine knows calls, from its kernel's headers. */
const MACHINES = {
  x64: {
    read: 0,
    execve: 59,
    ptrace: 101,
    ioctl: 16,
    socket: 41,
    clone: 56,
    unshare: 272,
    fchmod: 91,
    fchmodat: 268,
    mount: 165,
    setns: 308,
    keyctl: 250,
    bpf: 321,
  },
  arm64: {
    read: 63,
    execve: 221,
    ptrace: 117,
    ioctl: 29,
    socket: 198,
    clone: 220,
    unshare: 97,
    fchmod: 52,
    fchmodat: 53,
    mount: 40,
    setns: 268,
    keyctl: 219,
    bpf: 280,
  },
} as const

describe.each(['x64', 'arm64'] as const)('the filter for %s', (name) => {
  const program = callFilter(name) ?? Buffer.alloc(0)
  const calls = MACHINES[name]
  const architecture = AUDIT_NUMBERS[name]
  const answer = (number: number, ...args: readonly number[]): number =>
    answerOf(program, { number, architecture, args })

  test('allows what programs do', () => {
    for (const call of ['read', 'execve', 'ptrace'] as const)
      expect(answer(calls[call])).toBe(ALLOWED)
  })

  test('denies what none needs', () => {
    for (const call of ['mount', 'setns', 'keyctl', 'bpf'] as const) {
      expect(answer(calls[call])).toBe(EPERM)
    }
    expect(deniedCalls(name).map((call) => answer(call))).toEqual(
      deniedCalls(name).map(() => EPERM),
    )
  })

  test('allows new threads and processes, but no new namespaces', () => {
    expect(answer(calls.clone, 0x11)).toBe(ALLOWED)
    expect(answer(calls.clone, 0x3d_0f00)).toBe(ALLOWED)
    expect(answer(calls.clone, 0x1000_0011)).toBe(EPERM)
    expect(answer(calls.unshare, 0x200)).toBe(ALLOWED)
    for (const flag of [0x80, 0x2_0000, 0x200_0000, 0x1000_0000, 0x4000_0000]) {
      expect(answer(calls.unshare, flag + 0x200)).toBe(EPERM)
    }
    expect(answer(435)).toBe(ENOSYS)
  })

  test('does not look at the half of an argument that the kernel does not look at', () => {
    expect(answer(calls.ioctl, 0, 0x5412)).toBe(EPERM)
    expect(answer(calls.ioctl, 0, 0x5412 + BIT_32)).toBe(EPERM)
    expect(answer(calls.ioctl, 0, 0x5413)).toBe(ALLOWED)
    expect(answer(calls.socket, 40 + BIT_32)).toBe(EAFNOSUPPORT)
  })

  test('knows the families of sockets that stay inside', () => {
    const allowed = Array.from({ length: 50 }, (_, family) => family).filter(
      (family) => answer(calls.socket, family) === ALLOWED,
    )
    expect(allowed).toEqual([1, 2, 10, 16])
  })

  test('keeps files from getting the rights of their owner', () => {
    expect(answer(calls.fchmod, 3, 0o755)).toBe(ALLOWED)
    expect(answer(calls.fchmod, 3, 0o4755)).toBe(EPERM)
    expect(answer(calls.fchmodat, 3, 0, 0o2755)).toBe(EPERM)
    expect(answer(452, 3, 0, 0o4000)).toBe(EPERM)
  })

  test('denies the existence of what is younger', () => {
    expect(answer(FIRST_UNKNOWN_CALL - 1)).toBe(ALLOWED)
    for (const number of [FIRST_UNKNOWN_CALL, 1000, 0x4000_0027, 0xffff_ffff]) {
      expect(answer(number)).toBe(ENOSYS)
    }
  })

  test('ends a process that calls through the table of another machine', () => {
    const others = [...Object.values(AUDIT_NUMBERS), 0x4000_0003, 0].filter(
      (other) => other !== architecture,
    )
    for (const other of others) {
      expect(answerOf(program, { number: calls.read, architecture: other })).toBe(
        ACTIONS.killProcess,
      )
    }
  })
})

test('there is no filter for a machine whose calls are not known', () => {
  expect(callFilter('riscv64')).toBeUndefined()
  expect(callFilter('toString')).toBeUndefined()
})
