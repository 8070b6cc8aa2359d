import type { SeededRandom } from '../seeded-random.ts'
import type { ToolCall } from './turn.ts'

// Nothing here may do harm, whatever permissions the agent has: commands print, or write a small
// file into the working directory, and paths outside of it can't be created by anybody.
const HARMLESS_COMMANDS = [
  'echo adversary',
  'ls',
  'pwd',
  'false',
  'cat no-such-file',
  "head -c 100000 /dev/zero | tr '\\0' x",
  'printf adversary > adversary-bash.txt',
  "printf '\\033[31m\\001\\377 not UTF-8'",
  '',
] as const

const FILES = [
  'adversary-0.txt',
  'adversary-1.txt',
  'nested/adversary-2.txt',
  'ünï cödé.txt',
] as const

const UNKNOWN_TOOLS = ['Teleport', 'write', 'mcp__nowhere__do', 'Bash2', 'T'.repeat(200)] as const

const MALFORMED_INPUTS: readonly [unknown, ...unknown[]] = [
  {},
  { file_path: 42, content: null, command: ['ls'] },
  { file_path: '', content: '', old_string: '', new_string: '', pattern: '', command: '' },
  { file_path: 'adversary\u0000.txt', content: '\u0000\ud800', pattern: '[' },
  { unexpected: { deeply: { nested: [[[[[]]]]] } } },
  'not an object',
  [],
  null,
]

/** Tools that a mode for unattended work withholds, used so that nothing happens if it doesn't. */
const WITHHELD_CALLS: readonly [ToolCall, ...ToolCall[]] = [
  { name: 'Write', input: { file_path: '/proc/sleepless-adversary', content: 'denied' } },
  { name: 'Edit', input: { file_path: '/proc/version', old_string: 'L', new_string: 'l' } },
  { name: 'Bash', input: { command: 'sh -c "echo a command that needs permission"' } },
  { name: 'WebFetch', input: { url: 'http://127.0.0.1:9/', prompt: 'denied' } },
]

function bigText(random: SeededRandom): string {
  return `${'adversary '.repeat(8)}\n`.repeat(1 + random.below(3000))
}

function knownCall(random: SeededRandom): ToolCall {
  const file_path = random.pick(FILES)
  switch (random.pick(['Write', 'Edit', 'Read', 'Bash', 'Glob'])) {
    case 'Write':
      return {
        name: 'Write',
        input: { file_path, content: random.chance(0.2) ? bigText(random) : 'adversary\n' },
      }
    case 'Edit':
      return { name: 'Edit', input: { file_path, old_string: 'adversary', new_string: 'edited' } }
    case 'Read':
      return { name: 'Read', input: { file_path } }
    case 'Glob':
      return { name: 'Glob', input: { pattern: '**/*.txt' } }
    default:
      return { name: 'Bash', input: { command: random.pick(HARMLESS_COMMANDS) } }
  }
}

/** A tool call that is sound, malformed, unknown or withheld. */
export function adversarialCall(random: SeededRandom): ToolCall {
  const dice = random.next()
  if (dice < 0.55) return knownCall(random)
  if (dice < 0.7) {
    const name = random.pick(['Write', 'Edit', 'Read', 'Bash', 'Glob'])
    return { name, input: random.pick(MALFORMED_INPUTS) }
  }
  if (dice < 0.85) return { name: random.pick(UNKNOWN_TOOLS), input: random.pick(MALFORMED_INPUTS) }
  return random.pick(WITHHELD_CALLS)
}
