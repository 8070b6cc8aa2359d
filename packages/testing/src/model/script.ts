import type { MessagesBody, ModelRequest } from './messages-request.ts'
import { promptText } from './messages-request.ts'
import { textTurn, type Turn } from './turn.ts'

/** What the model does, turn by turn; or a function of the request, for anything cleverer. */
export type Script = readonly Turn[] | ((request: ModelRequest) => Turn | Promise<Turn>)

/** A script for the conversations that a prompt belonging to `when` began. */
export interface ScriptFor {
  readonly when: RegExp | ((prompt: string) => boolean)
  readonly turns: Script
}

export interface ScriptedPoint {
  readonly script: Script
  readonly prompt: string
  readonly turn: number
}

function matches(when: ScriptFor['when'], prompt: string): boolean {
  // search ignores lastIndex, so that a /g expression can't miss every second time.
  return typeof when === 'function' ? when(prompt) : prompt.search(when) !== -1
}

/**
 * Where a conversation stands, told from the request alone: the newest prompt that some script
 * claims begins that script, so a resumed session continues it and a follow-up may begin another.
 * Without one, `fallback` runs from the first prompt.
 */
export function scriptedPoint(
  { messages }: MessagesBody,
  scripts: readonly ScriptFor[],
  fallback: Script,
): ScriptedPoint {
  const turnsAfter = (index: number): number =>
    messages.slice(index).filter(({ role }) => role === 'assistant').length

  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index]
    const prompt = message === undefined ? '' : promptText(message)
    const found = prompt === '' ? undefined : scripts.find(({ when }) => matches(when, prompt))
    if (found !== undefined) return { script: found.turns, prompt, turn: turnsAfter(index) }
  }
  const prompt = messages.map(promptText).find((text) => text !== '') ?? ''
  return { script: fallback, prompt, turn: turnsAfter(0) }
}

/** The turn that `script` takes now. Past its end it repeats its last message, or says "Done." */
export async function nextTurn(script: Script, request: ModelRequest): Promise<Turn> {
  if (typeof script === 'function') return script(request)
  const last = script.at(-1)
  const ended = last?.kind === 'message' && last.stopReason === 'end_turn' ? last : undefined
  return script[request.turn] ?? ended ?? textTurn('Done.')
}
