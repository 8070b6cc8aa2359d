import { createInterface } from 'node:readline/promises'

import type { CliContext } from '../cli-context.ts'

/** Whether there is a person to ask. */
export function hasPerson({ stdin, stderr }: Pick<CliContext, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}

/** Asks on standard error. @returns whether the answer was yes; anything else is no, and so is the end of the input. */
export async function confirm(
  { stdin, stderr }: Pick<CliContext, 'stdin' | 'stderr'>,
  question: string,
): Promise<boolean> {
  using lines = createInterface({ input: stdin, output: stderr })
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  const answer = await Promise.race([lines.question(`${question} [y/N] `), ended])
  return /^y(?:es)?$/i.test(answer.trim())
}
