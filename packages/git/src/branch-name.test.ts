import { describe, expect, test } from 'vitest'

import { isBranchName, slugOf, taskBranch } from './branch-name.ts'
import { newTaskId } from './workspaces-fixture.suite.ts'

describe('the slug of a prompt', () => {
  test.each([
    ['Fix the bug', 'fix-the-bug'],
    ['  --upload-pack=/bin/sh ; rm -rf / ', 'upload-pack-bin-sh-rm-rf'],
    ['Ünïcode Straße', 'unicode-stra-e'],
    ['日本語だけ', 'task'],
    ['', 'task'],
    ['x'.repeat(60), 'x'.repeat(40)],
    ['one two three four five six seven eight nine', 'one-two-three-four-five-six-seven-eight'],
    ['a\u0000b\nc.lock', 'a-b-c-lock'],
  ])('%j is %j', (prompt, slug) => {
    expect(slugOf(prompt)).toBe(slug)
  })
})

test('the branch of a task begins with its id', () => {
  const task = newTaskId()
  expect(taskBranch(task, 'Fix it')).toBe(`sleepless/${task}-fix-it`)
})

describe('a branch name', () => {
  test.each(['main', 'release/1.x', 'féature', 'a@b', 'a-b_c+d'])('may be %j', (name) => {
    expect(isBranchName(name)).toBe(true)
  })

  test.each([
    '',
    '-x',
    '@',
    'a..b',
    'a@{1}',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a*',
    'a?',
    'a[',
    'a\\b',
    'a\u007f',
    'a\n',
    'a'.repeat(201),
  ])('may not be %j', (name) => {
    expect(isBranchName(name)).toBe(false)
  })
})
