import { setTimeout as pause } from 'node:timers/promises'

import {
  createScriptedModel,
  rateLimitTurn,
  textTurn,
  toolTurn,
  type ModelRequest,
  type ScriptedModel,
  type Turn,
} from '@sleepless/testing'

import type { EffectLine } from '../check/evidence.ts'

/** The model behind the real agents, which remembers what they did. */
export interface FaultModel extends AsyncDisposable {
  readonly url: string
  /** What agents did, oldest first. */
  readonly effects: readonly EffectLine[]
  /** While set, every request is answered with a limit that ends in an hour. */
  isLimited: boolean
}

const PROMPT = /fault-task (\S+) (\S+) (\d+)/
const HOUR_S = 3600

export async function createFaultModel(): Promise<FaultModel> {
  const effects: EffectLine[] = []
  const state = { isLimited: false }

  async function script({ prompt, sessionId, turn, retry }: ModelRequest): Promise<Turn> {
    const [, token = 'unknown', mode = 'quick', holdMs = '0'] = PROMPT.exec(prompt) ?? []
    const attemptId = `att_${sessionId ?? 'unknown'}`
    const note = (step: EffectLine['step']): void => {
      if (retry === 0) effects.push({ token, attemptId, step })
    }
    if (state.isLimited) return rateLimitTurn(HOUR_S)
    if (turn === 0) {
      note('began')
      if (mode !== 'quiet') {
        const input = { file_path: `${token}.txt`, content: `${token} by ${attemptId}\n` }
        return toolTurn({ name: 'Write', input })
      }
    } else note('wrote')
    await pause(Number(holdMs))
    note('acted')
    return textTurn(`done ${token} by ${attemptId}`)
  }

  const model: ScriptedModel = await createScriptedModel({ script, maxRequests: 10 })
  return Object.assign(state, {
    url: model.url,
    effects,
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  })
}
