import { describe, expect, test } from 'vitest'

import type { MessagesBody, RequestMessage } from './messages-request.ts'
import { promptText } from './messages-request.ts'
import { scriptedPoint, type ScriptFor } from './script.ts'
import { textTurn } from './turn.ts'

const first = [textTurn('first')]
const second = [textTurn('second')]
const fallback = [textTurn('fallback')]
const scripts: readonly ScriptFor[] = [
  { when: /alpha/g, turns: first },
  { when: (prompt) => prompt.includes('beta'), turns: second },
]

function user(content: unknown): RequestMessage {
  return { role: 'user', content }
}

function said(text: string): RequestMessage {
  return { role: 'assistant', content: [{ type: 'text', text }] }
}

function body(...messages: readonly RequestMessage[]): MessagesBody {
  return { model: 'm', stream: true, messages }
}

describe('scriptedPoint', () => {
  test('counts the assistant messages since the prompt that chose the script', () => {
    const point = scriptedPoint(body(user('alpha'), said('a'), user([])), scripts, fallback)
    expect(point).toEqual({ script: first, prompt: 'alpha', turn: 1 })
  })

  test('goes on with the same script when a session is resumed', () => {
    const messages = [user('alpha'), said('a'), user('continue')]
    expect(scriptedPoint(body(...messages), scripts, fallback)).toMatchObject({ turn: 1 })
  })

  test('begins another script with a follow-up that names it', () => {
    const messages = [user('alpha'), said('a'), said('beta'), user('now beta')]
    const point = scriptedPoint(body(...messages), scripts, fallback)
    expect(point).toEqual({ script: second, prompt: 'now beta', turn: 0 })
  })

  test('falls back from the first prompt on', () => {
    const messages = [user('gamma'), said('a'), user('delta')]
    const point = scriptedPoint(body(...messages), scripts, fallback)
    expect(point).toEqual({ script: fallback, prompt: 'gamma', turn: 1 })
  })

  test('finds a global expression every time', () => {
    for (const _ of [1, 2, 3]) {
      expect(scriptedPoint(body(user('alpha')), scripts, fallback).script).toBe(first)
    }
  })
})

describe('promptText', () => {
  test('leaves out reminders and tool results', () => {
    const content = [
      { type: 'tool_result', tool_use_id: 't', content: 'alpha' },
      { type: 'text', text: '<system-reminder>\nDo not forget.\n</system-reminder>\n' },
      { type: 'text', text: 'Fix <it>.' },
    ]
    expect(promptText(user(content))).toBe('Fix <it>.')
  })

  test('is empty for anybody but the user', () => {
    expect(promptText(said('alpha'))).toBe('')
  })
})
