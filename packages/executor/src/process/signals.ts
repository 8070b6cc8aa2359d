const IGNORED_CODES: readonly unknown[] = [
  // It is gone already.
  'ESRCH',
  // Another user's process, which a tool got through sudo.
  'EPERM',
]

/** Sends a signal to a process or, by a negative id, to a group; as far as there is somebody. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (!IGNORED_CODES.includes(code)) throw error
  }
}
