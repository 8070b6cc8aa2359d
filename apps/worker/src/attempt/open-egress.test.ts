import type { Report } from '@sleepless/contracts'
import type { Egress, EgressRules } from '@sleepless/domain'
import { expect, test } from 'vitest'

import { openEgress } from './open-egress.ts'

/** Opens nothing. */
const BROKEN: Egress = {
  open: () => Promise.reject(new Error('listen EINVAL')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

async function told(egress: EgressRules | undefined): Promise<readonly Report[]> {
  const reports: Report[] = []
  const report = async (said: Report): Promise<void> => void reports.push(said)
  const named = { name: 'hive', remote: '/srv/hive', defaultBranch: null }
  const project =
    egress === undefined ? null : { ...named, egress: { ...egress, hosts: [...egress.hosts] } }
  expect(await openEgress({ egress: BROKEN }, { project }, { report })).toBeUndefined()
  return reports
}

test('a way out that cannot be made is told of, and the attempt goes on', async () => {
  expect(await told({ registries: true, hosts: [] })).toMatchObject([
    { type: 'warned', message: expect.stringContaining('listen EINVAL') },
  ])
})

test('none is made for a thought, nor for a project that wants none', async () => {
  expect(await told(undefined)).toEqual([])
  expect(await told({ registries: false, hosts: [] })).toEqual([])
})
