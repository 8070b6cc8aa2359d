import { expect, test } from 'vitest'

import { cgroupPlaces } from './cgroup-places.ts'

const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate'
const V1 = [
  '34 30 0:30 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory',
  '38 30 0:33 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids',
  '40 30 0:35 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
].join('\n')

test('under version 2: the group of this process, then the one around it', () => {
  expect(cgroupPlaces(V2, '0::/system.slice/sleepless.service\n')).toEqual([
    {
      version: 'cgroup v2',
      controller: '',
      directory: '/sys/fs/cgroup/system.slice/sleepless.service',
    },
    { version: 'cgroup v2', controller: '', directory: '/sys/fs/cgroup/system.slice' },
  ])
})

test('nothing around the root of what a container sees', () => {
  expect(cgroupPlaces(V2, '0::/\n').map(({ directory }) => directory)).toEqual(['/sys/fs/cgroup'])
})

test('under version 1: a place for each controller, where there are both versions', () => {
  const membership = '8:pids:/\n4:memory:/user/a:b\n1:cpu,cpuacct:/\n0::/\n'
  expect(cgroupPlaces(V1, membership)).toEqual([
    { version: 'cgroup v2', controller: '', directory: '/sys/fs/cgroup/unified' },
    { version: 'cgroup v1', controller: 'memory', directory: '/sys/fs/cgroup/memory/user/a:b' },
    { version: 'cgroup v1', controller: 'pids', directory: '/sys/fs/cgroup/pids' },
  ])
})

test('a mount that shows a part of the tree', () => {
  const mount = '34 30 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'
  const placeOf = (path: string) => cgroupPlaces(mount, `4:memory:${path}\n`)
  expect(placeOf('/docker/abc/inner')).toMatchObject([{ directory: '/sys/fs/cgroup/memory/inner' }])
  expect(placeOf('/docker/abc')).toMatchObject([{ directory: '/sys/fs/cgroup/memory' }])
  expect(placeOf('/docker/abcdef')).toEqual([])
})

test.each([
  ['no control groups', '', '0::/\n'],
  ['a group outside of what can be seen', V2, '0::/../other\n'],
  ['no membership', V1, ''],
])('%s: no place', (_, mounts, membership) => {
  expect(cgroupPlaces(mounts, membership)).toEqual([])
})
