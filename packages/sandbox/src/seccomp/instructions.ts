/**
 * One instruction of the classic Berkeley packet filter, as the kernel takes it for system calls. Jumps
 * count the instructions that are skipped.
 */
export interface Instruction {
  readonly code: number
  readonly whenTrue: number
  readonly whenFalse: number
  readonly operand: number
}

export const OPCODES = {
  /** Takes four bytes of the call's data, by their offset. */
  load: 0x20,
  jumpIfEqual: 0x15,
  jumpIfAtLeast: 0x35,
  jumpIfAnyBit: 0x45,
  return: 0x06,
} as const

/** Offsets in the kernel's `struct seccomp_data`. */
export const CALL_NUMBER = 0
export const CALL_ARCHITECTURE = 4
const CALL_ARGUMENTS = 16
const ARGUMENT_BYTES = 8

/** What the kernel does with a call; an error number is added to `fail`. */
export const ACTIONS = { killProcess: 0x8000_0000, fail: 0x0005_0000, allow: 0x7fff_0000 } as const

const INSTRUCTION_BYTES = 8

export function load(offset: number): Instruction {
  return { code: OPCODES.load, whenTrue: 0, whenFalse: 0, operand: offset }
}

/** The lower half of an argument, from 0: flags and commands that the kernel takes as 32 bits. */
export function loadArgument(index: number): Instruction {
  return load(CALL_ARGUMENTS + index * ARGUMENT_BYTES)
}

export function give(action: number): Instruction {
  return { code: OPCODES.return, whenTrue: 0, whenFalse: 0, operand: action }
}

/** `then` is done if what was loaded is this value, and skipped if not; it has 255 instructions at most. */
export function whenEqual(value: number, then: readonly Instruction[]): readonly Instruction[] {
  return [jump(OPCODES.jumpIfEqual, value, then.length), ...then]
}

export function unlessEqual(value: number, then: readonly Instruction[]): readonly Instruction[] {
  const code = OPCODES.jumpIfEqual
  return [{ code, whenTrue: then.length, whenFalse: 0, operand: value }, ...then]
}

export function whenAtLeast(value: number, then: readonly Instruction[]): readonly Instruction[] {
  return [jump(OPCODES.jumpIfAtLeast, value, then.length), ...then]
}

export function whenAnyBit(mask: number, then: readonly Instruction[]): readonly Instruction[] {
  return [jump(OPCODES.jumpIfAnyBit, mask, then.length), ...then]
}

function jump(code: number, operand: number, whenFalse: number): Instruction {
  return { code, whenTrue: 0, whenFalse, operand }
}

/** As bubblewrap reads it: an array of `struct sock_filter`, for a machine of little-endian order. */
export function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * INSTRUCTION_BYTES)
  for (const [index, { code, whenTrue, whenFalse, operand }] of program.entries()) {
    const offset = bytes.writeUInt16LE(code, index * INSTRUCTION_BYTES)
    bytes.writeUInt32LE(operand, bytes.writeUInt8(whenFalse, bytes.writeUInt8(whenTrue, offset)))
  }
  return bytes
}
