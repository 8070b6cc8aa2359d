import { describe, expect, test } from 'vitest'

import { createRestWatch, type RestWatch } from './at-rest.ts'
import type { StreamMessage } from './stream-message.ts'

const said = (id: string, nested = false): StreamMessage => ({
  type: 'assistant',
  blocks: [{ type: 'tool_use', id, name: 'Bash', input: {} }],
  error: undefined,
  nested,
  conversation: '',
})
const mirrored = (calls: readonly string[], answers: readonly string[] = []): StreamMessage => ({
  type: 'mirror',
  sessionId: 'x',
  entries: [{ line: '{}', isUser: false, uuids: [], calls, answers }],
})
const background = (agents: number): StreamMessage => ({
  type: 'background',
  agents,
  tasks: agents,
})

function watchOf(...messages: readonly StreamMessage[]): RestWatch {
  const watch = createRestWatch()
  for (const message of messages) watch.add(message)
  return watch
}

describe('an agent', () => {
  test.each<[string, boolean, StreamMessage[]]>([
    ['before its first call', false, []],
    ['that has said that it calls', false, [said('a')]],
    ['whose transcript tells of the call alone', false, [said('a'), mirrored(['a'])]],
    ['whose transcript has the result', true, [said('a'), mirrored(['a']), mirrored([], ['a'])]],
    ['with another call', false, [said('a'), said('b'), mirrored(['a', 'b'], ['a'])]],
    ['that is read before it is heard', true, [mirrored(['a'], ['a']), said('a')]],
    ['whose subagent calls', true, [mirrored(['a'], ['a']), said('b', true)]],
    ['with a subagent in the background', false, [mirrored(['a'], ['a']), background(1)]],
    ['whose subagent has ended', true, [mirrored(['a'], ['a']), background(1), background(0)]],
  ])('%s is at rest: %s', (_what, isAtRest, messages) => {
    expect(watchOf(...messages).isAtRest()).toBe(isAtRest)
  })

  test('has begun each call once, wherever it is told of', () => {
    expect(watchOf(said('a'), mirrored(['a', 'b']), said('b')).begun).toBe(2)
  })

  test('is told of whole when its transcript has every call, with its result or not', () => {
    expect(watchOf(said('a')).isTold()).toBe(false)
    expect(watchOf(said('a'), mirrored(['a'])).isTold()).toBe(true)
  })
})
