import { describe, expect, test } from 'vitest'

import { createProjectBody } from './project.ts'

function problemsOf(fields: Record<string, unknown>): readonly string[] {
  const parsed = createProjectBody.safeParse({ name: 'shop', remote: '/srv/shop.git', ...fields })
  if (parsed.success) return []
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the remote of a project', () => {
  test.each([
    '/srv/shop.git',
    'file:///srv/shop.git',
    'https://github.com/example/shop.git',
    'http://127.0.0.1:3000/shop.git',
    'ssh://git@github.com/example/shop.git',
    'ssh://git@host:2222/shop.git',
    'git@github.com:example/shop.git',
    'deploy.user-1@host:shop',
  ])('may be %s', (remote) => {
    expect(problemsOf({ remote })).toEqual([])
  })

  test.each([
    'https://user:password@github.com/example/shop.git',
    'http://:password@host/shop.git',
    'ssh://git:password@host/shop.git',
    'https://u:p@ss@host/shop.git',
  ])('cannot be %s, which holds a password', (remote) => {
    expect(problemsOf({ remote })).toContain('remote: the address holds a password; leave it out')
  })

  // GitHub and others take a token in place of the user's name.
  test.each([
    'https://ghp_0123456789abcdef@github.com/example/shop.git',
    'http://token@host/shop.git',
  ])('cannot be %s, which holds a token', (remote) => {
    expect(problemsOf({ remote })).toEqual([
      'remote: the address holds a user name or a token; leave it out',
    ])
  })

  test.each([
    '',
    'shop.git',
    './shop.git',
    '../shop.git',
    '--upload-pack=evil',
    '-u/path',
    'ext::sh -c evil',
    'ext::sh%20-c%20evil',
    'ftp://host/shop.git',
    'javascript:alert(1)',
    '/srv/my shop.git',
    '/srv/shop.git\n',
    ' /srv/shop.git',
    `/${'a'.repeat(2000)}`,
    5,
    null,
  ])('cannot be %j', (remote) => {
    expect(problemsOf({ remote })).not.toEqual([])
  })
})

describe('the default branch of a project', () => {
  test.each(['main', 'release/2.0', 'feature_x-1'])('may be %s', (defaultBranch) => {
    expect(problemsOf({ defaultBranch })).toEqual([])
  })

  test.each(['', '-d', '--force', 'a b', 'a\nb', '/a', 'refs~1', 'a:b', 'a'.repeat(201)])(
    'cannot be %j',
    (defaultBranch) => {
      expect(problemsOf({ defaultBranch })).not.toEqual([])
    },
  )
})

describe('the hosts that agents of a project may reach', () => {
  test.each(['example.com', '*.example.com', 'a-b.xn--bcher-kva.example', '1.pool.ntp.org'])(
    'may be %s',
    (host) => {
      expect(problemsOf({ egress: { hosts: [host] } })).toEqual([])
    },
  )

  test.each([
    '',
    '*',
    '*.com',
    'localhost',
    '127.0.0.1',
    '1.2.3',
    '0x7f.0.0.1',
    '[::1]',
    '::1',
    'Example.com',
    'example.com.',
    'example.com:443',
    'https://example.com',
    'a..b',
    '-a.example',
    'a.*.example',
    'a*.example',
    'bücher.example',
    'a.example\n',
    `${'a.'.repeat(127)}example`,
    5,
  ])('cannot be %j', (host) => {
    expect(problemsOf({ egress: { hosts: [host] } })).not.toEqual([])
  })

  test('are none, and registries are open, unless it says so', () => {
    const body = { name: 'shop', remote: '/srv/shop.git' }
    expect(createProjectBody.parse({ ...body, egress: {} }).egress).toEqual({
      registries: true,
      hosts: [],
    })
    expect(problemsOf({ egress: { ports: [22] } })).not.toEqual([])
  })
})

test('a field that nobody knows is refused', () => {
  expect(problemsOf({ token: 'x' })).toEqual([': Unrecognized key: "token"'])
})
