import { describe, expect, test } from 'vitest'

import type { EarlierEffect } from './perform-effect.ts'
import { expectedOnRemote } from './push-effect.ts'

const done = (commit: string): EarlierEffect => ({ intent: { commit }, isCompleted: true })
const unknown = (commit: string): EarlierEffect => ({ intent: { commit }, isCompleted: false })

describe('where the remote may have the branch', () => {
  test.each<[string, EarlierEffect[], (string | undefined)[]]>([
    ['nowhere, when nothing was pushed', [], [undefined]],
    ['where it was put', [done('a')], ['a']],
    ['where it was put last', [done('a'), done('b')], ['b']],
    ['perhaps where it was about to be put', [unknown('a')], [undefined, 'a']],
    ['at any that may have come about', [unknown('a'), unknown('b')], [undefined, 'a', 'b']],
    ['at what may have followed the last known', [done('a'), unknown('b')], ['a', 'b']],
    ['not at what came before the last known', [unknown('a'), done('b')], ['b']],
  ])('%s', (_what, earlier, expected) => {
    expect(expectedOnRemote(earlier)).toEqual(expected)
  })
})
