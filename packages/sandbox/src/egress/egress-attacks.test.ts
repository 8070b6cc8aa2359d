import { ensureProgram } from '@sleepless/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { EGRESS_ATTACKS } from '../fixtures/egress-attacks.ts'
import {
  openEgressBench,
  type EgressBench,
  type EgressBenchOptions,
} from '../fixtures/egress-bench.ts'

beforeAll(() => ensureProgram({ program: 'bwrap', debianPackage: 'bubblewrap' }))

async function open(options: EgressBenchOptions = {}): Promise<EgressBench> {
  const bench = await openEgressBench(options)
  onTestFinished(() => bench[Symbol.asyncDispose]())
  return bench
}

describe('from inside, with a way out, somebody tries to', () => {
  test.each(EGRESS_ATTACKS)(
    '$name',
    async ({ requests, says, told, hosts = ['allowed.example'], port }) => {
      const bench = await open({ rules: { hosts } })
      const answers = await bench.send(requests(bench), port?.(bench))
      for (const answer of answers) {
        expect(answer).toMatch(says)
        expect(answer).not.toContain('SECRET')
      }
      expect(bench.asked).toEqual([])
      expect(bench.told).toHaveLength(told.length)
      for (const message of told) expect(bench.told).toContainEqual(expect.stringMatching(message))
    },
  )
})
