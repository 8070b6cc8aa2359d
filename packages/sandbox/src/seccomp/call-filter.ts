import {
  ACTIONS,
  assemble,
  CALL_ARCHITECTURE,
  CALL_NUMBER,
  give,
  load,
  loadArgument,
  unlessEqual,
  whenAnyBit,
  whenAtLeast,
  whenEqual,
  type Instruction,
} from './instructions.ts'
import {
  AUDIT_NUMBERS,
  deniedCalls,
  examinedCall,
  FIRST_UNKNOWN_CALL,
  type Architecture,
  type ExaminedCall,
} from './system-calls.ts'

const EPERM = 1
const ENOSYS = 38
const EAFNOSUPPORT = 97

const ALLOW = give(ACTIONS.allow)
const DENY = give(ACTIONS.fail + EPERM)
const NOT_KNOWN = give(ACTIONS.fail + ENOSYS)
const NO_FAMILY = give(ACTIONS.fail + EAFNOSUPPORT)

/** `CLONE_NEW…` of linux/sched.h, but for time, whose bit means something else to clone. */
const NEW_NAMESPACES = 0x7e02_0000
const NEW_TIME_NAMESPACE = 0x80
/** Type a line into a terminal; paste into the console. */
const TERMINAL_INPUT = [0x5412, 0x541c]
/**
 * AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Not all of the others stay in a network namespace: AF_VSOCK
 * reaches the host of a virtual machine.
 */
const SOCKET_FAMILIES = [1, 2, 10, 16]
/** Set user or group id on execution: outside, such a file would have the worker's rights. */
const SET_ID_BITS = 0o6000

const isAnyBit = (index: number, mask: number): readonly Instruction[] => [
  loadArgument(index),
  ...whenAnyBit(mask, [DENY]),
  ALLOW,
]

const isKnownFamily: readonly Instruction[] = [
  loadArgument(0),
  ...SOCKET_FAMILIES.flatMap((family) => whenEqual(family, [ALLOW])),
  NO_FAMILY,
]

/** What is said to a call; each ends in an answer. */
const EXAMINATIONS: Readonly<Record<ExaminedCall, readonly Instruction[]>> = {
  ioctl: [
    loadArgument(1),
    ...TERMINAL_INPUT.flatMap((command) => whenEqual(command, [DENY])),
    ALLOW,
  ],
  socket: isKnownFamily,
  socketpair: isKnownFamily,
  clone: isAnyBit(0, NEW_NAMESPACES),
  // Its flags lie in memory, where a filter can't look. Every program that has it falls back to clone.
  clone3: [NOT_KNOWN],
  unshare: isAnyBit(0, NEW_NAMESPACES + NEW_TIME_NAMESPACE),
  chmod: isAnyBit(1, SET_ID_BITS),
  fchmod: isAnyBit(1, SET_ID_BITS),
  fchmodat: isAnyBit(2, SET_ID_BITS),
  fchmodat2: isAnyBit(2, SET_ID_BITS),
}

function examine(architecture: Architecture): readonly Instruction[] {
  return Object.entries(EXAMINATIONS).flatMap(([name, examination]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the type
    const number = examinedCall(name as ExaminedCall, architecture)
    return number === undefined ? [] : whenEqual(number, examination)
  })
}

function isFiltered(architecture: string): architecture is Architecture {
  return Object.hasOwn(AUDIT_NUMBERS, architecture)
}

/**
 * A program for seccomp, in the form that bubblewrap takes. Calls through another architecture's table
 * (32-bit programs) end the process, for they have other numbers. Calls younger than this list do not
 * exist: programs are made to run on older kernels. Tracing is allowed, since all that can be traced
 * is in the same sandbox, under the same filter.
 *
 * @param architecture as in `process.arch`. @returns undefined for a machine that is not known here.
 */
export function callFilter(architecture: string): Buffer | undefined {
  if (!isFiltered(architecture)) return undefined
  return assemble([
    load(CALL_ARCHITECTURE),
    ...unlessEqual(AUDIT_NUMBERS[architecture], [give(ACTIONS.killProcess)]),
    load(CALL_NUMBER),
    ...whenAtLeast(FIRST_UNKNOWN_CALL, [NOT_KNOWN]),
    ...examine(architecture),
    ...deniedCalls(architecture).flatMap((number) => whenEqual(number, [DENY])),
    ALLOW,
  ])
}
