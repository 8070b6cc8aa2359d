import { expect, test } from 'vitest'

import { toolAction } from './tool-action.ts'

function actionOf(name: string, input: Record<string, unknown>): string {
  return toolAction({ id: 'a', name, input }, '/checkout')
}

test('names the command', () => {
  expect(actionOf('Bash', { description: 'Run tests', command: 'pnpm test' })).toBe(
    'Bash: pnpm test',
  )
})

test('names files by their path in the workspace', () => {
  expect(actionOf('Write', { file_path: '/checkout/src/a.ts', content: 'x' })).toBe(
    'Write: src/a.ts',
  )
})

test('names files elsewhere by their whole path', () => {
  expect(actionOf('Read', { file_path: '/checkouts/a.ts' })).toBe('Read: /checkouts/a.ts')
})

test('is the name alone when nothing telling is known', () => {
  expect(actionOf('ListAgents', {})).toBe('ListAgents')
})

test('is one line', () => {
  expect(actionOf('Bash', { command: 'cat <<E\n\ta\nE' })).toBe('Bash: cat <<E a E')
})

test('is cut to 120 characters, between characters', () => {
  expect(actionOf('Bash', { command: '😀'.repeat(200) })).toBe(`Bash: ${'😀'.repeat(113)}…`)
})
