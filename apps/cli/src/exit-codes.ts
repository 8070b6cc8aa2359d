/** What the command tells the shell. The numbers are public. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unauthorized: 5,
  unreachable: 69,
  waitingForQuota: 75,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]
