import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'

import { commandEntries } from './command-entries.ts'
import { createProgram, loadCommand } from './program.ts'
import { runCaptured } from './testing/run-captured.ts'

/** Those of the public names that this part does not build. */
const ELSEWHERE = ['schedules']

const VERBS =
  'up api scheduler worker slack demo doctor think check list show logs why send cancel retry report ' +
  'usage projects schedules workers config trash pause resume estop backup restore completion'

const program = await wholeProgram()
const paths = leaves(program).map((command) => pathOf(command))

async function wholeProgram(): Promise<Command> {
  const { stdin, stdout, stderr } = process
  const { signal } = new AbortController()
  const context = { env: {}, cwd: '/', stdin, stdout, stderr, signal }
  const made = createProgram(context, () => {})
  for (const command of made.commands) await loadCommand(command, { context, finish: () => {} })
  return made
}

function leaves(command: Command): readonly Command[] {
  const { commands } = command
  return commands.flatMap((one) => (one.commands.length === 0 ? [one] : [one, ...leaves(one)]))
}

function pathOf(command: Command): readonly string[] {
  const { parent } = command
  return parent === null ? [] : [...pathOf(parent), command.name()]
}

test('all verbs are there', () => {
  const wanted = VERBS.split(' ').filter((verb) => !ELSEWHERE.includes(verb))
  expect(commandEntries.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted))
})

describe.each(paths.map((path) => [path.join(' '), path] as const))('%s', (name, path) => {
  test('has help with what it does, an example of its own, and --json', async () => {
    const { stdout, stderr, exitCode } = await runCaptured([...path, '--help'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toContain(`Usage: sleepless ${name} `)
    expect(stdout).toMatch(/\n\n[a-z].+\n/)
    expect(stdout).toMatch(new RegExp(`Examples:\n(?: .*\n)*? .*sleepless ${name}`))
    expect(stdout).toMatch(/--json +print JSON/)
  })

  test('tells an option that it does not know apart, and where to look', async () => {
    const run = await runCaptured([...path, '--bogus'])
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain('sleepless ')
    expect(run.stderr).toContain('--help')
  })
})
