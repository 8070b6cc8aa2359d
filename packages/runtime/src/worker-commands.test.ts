import { array, assert, property, string, stringMatching, tuple, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { loadConfig } from './config.ts'
import { environment } from './fields.ts'
import { parseWorkerCommands, WorkerCommandsError, type WorkerCommand } from './worker-commands.ts'

const escape = (word: string): string => word.replaceAll(/[\\ ,'"`$|;&<>]/g, '\\$&')

function write(commands: readonly WorkerCommand[]): string {
  return commands
    .map(({ name, file, args }) => [`${name}=${escape(file)}`, ...args.map(escape)].join(' '))
    .join(', ')
}

const printable = stringMatching(/^[\x20-\x7e\u00a1-\u00ff]{1,20}$/)
const path = stringMatching(/^(\/[\x21-\x2e\x30-\x7e ]{1,9}){1,4}$/).filter(
  (file) => !file.split('/').includes('..'),
)
const command = tuple(stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/), path, array(printable))
const commandLists = uniqueArray(
  command.map(([name, file, args]) => ({ name, file, args })),
  { selector: ({ name }) => name, maxLength: 10 },
)

function readOrRefuse(text: string): { commands: readonly WorkerCommand[]; message: string } {
  try {
    return { commands: parseWorkerCommands(text), message: '' }
  } catch (error) {
    if (!(error instanceof WorkerCommandsError)) throw error
    return { commands: [], message: error.message }
  }
}

describe('whatever stands there,', () => {
  test('commands that were written with backslashes are read as they are', () => {
    assert(
      property(commandLists, (commands) => {
        expect(parseWorkerCommands(write(commands))).toEqual(commands)
      }),
    )
  })

  test('only absolute paths and plain names come out, or an error that quotes nothing', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'grapheme' }), (one, other) => {
        const read = readOrRefuse(`a=/b ${one},${other}`)
        for (const { name, file, args } of read.commands) {
          expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
          expect(file).toMatch(/^\//)
          expect([file, ...args].join('')).not.toMatch(/\p{Cc}/u)
        }
        // Shorter ones may be words of the message by chance.
        const isTelling = one.trim().length > 12
        expect(isTelling && read.message.includes(one)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})

test.each([
  ['', []],
  ['  ', []],
  ['build=/usr/bin/make', [{ name: 'build', file: '/usr/bin/make', args: [] }]],
  [
    'a=/bin/a -x  --y=1 , b=/bin/b',
    [
      { name: 'a', file: '/bin/a', args: ['-x', '--y=1'] },
      { name: 'b', file: '/bin/b', args: [] },
    ],
  ],
  [
    'a=/my\\ dir/a one\\,two \\$HOME',
    [{ name: 'a', file: '/my dir/a', args: ['one,two', '$HOME'] }],
  ],
])('%j is read', (text, commands) => {
  expect(parseWorkerCommands(text)).toEqual(commands)
})

test.each([
  ['build', 'expected name=/absolute/path'],
  ['=/bin/a', 'expected name=/absolute/path'],
  ['a=bin/a', 'expected name=/absolute/path'],
  ['a=', 'expected name=/absolute/path'],
  ['a=/', 'expected name=/absolute/path'],
  ['a=/bin/a,', 'expected name=/absolute/path'],
  ['a b=/bin/a', 'expected name=/absolute/path'],
  ['../a=/bin/a', 'expected name=/absolute/path'],
  ['a=/bin/../../a', 'a path holds ..'],
  ['a=/bin/a,a=/bin/b', 'two commands have the same name'],
  ['a=/bin/sh -c "echo hi"', 'not read by a shell'],
  ['a=/bin/a | b', 'not read by a shell'],
  ['a=/bin/$HOME', 'not read by a shell'],
  ['a=/bin/a \\', 'ends with a backslash'],
  ['a=/bin/a\nb', 'control character'],
])('%j is refused', (text, problem) => {
  expect(() => parseWorkerCommands(text)).toThrow(problem)
})

test('a bad value stops the service with the name of the variable, and without the value', () => {
  const load = (): unknown => loadConfig(environment, { WORKER_COMMANDS: 'secret=bin' })
  expect(load).toThrow(/^Bad configuration: WORKER_COMMANDS: expected name=\/absolute\/path/)
  expect(load).not.toThrow('secret')
})
