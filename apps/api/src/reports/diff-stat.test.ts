import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'

import { temporaryDirectory } from '@sleepless/testing'
import { describe, expect, test } from 'vitest'

import { diffStat } from './diff-stat.ts'

async function* inChunks(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text)
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes)
}

const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a',
}

/** A diff as git writes it for tasks, and what git itself counts. */
async function realDiff(): Promise<{ diff: string; numstat: string }> {
  await using directory = await temporaryDirectory()
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', directory.path, ...args], { env, encoding: 'utf8' })
  const write = (name: string, content: string | Buffer): void =>
    writeFileSync(path.join(directory.path, name), content)
  git('init', '--quiet')
  write('kept.txt', Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join(''))
  write('gone.sql', '-- drop\n++ add\n')
  write('moved.txt', 'a\nb\nc\nd\ne\nf\ng\nh\n')
  write('binary', Buffer.from([0, 1, 2, 0]))
  git('add', '-A')
  git('commit', '--quiet', '-m', 'x')
  write('kept.txt', Array.from({ length: 40 }, (_, line) => `line ${line % 7}\n`).join(''))
  await rm(path.join(directory.path, 'gone.sql'))
  git('mv', 'moved.txt', 'elsewhere.txt')
  write('binary', Buffer.from([0, 3, 2, 0]))
  // What looks like headers is content here.
  write('diff.txt', '--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\ndiff --git a/y b/y\nno newline at the end')
  write('a space ä.txt', 'x\n')
  write('empty.txt', '')
  git('add', '-A')
  const flags = ['--cached', '--binary', '--no-color', '--no-ext-diff', '-M']
  return { diff: git('diff', ...flags), numstat: git('diff', '--cached', '--numstat', '-M') }
}

function sumOf(numstat: string): readonly number[] {
  const rows = numstat
    .trim()
    .split('\n')
    .map((row) => row.split('\t').map(Number))
  const of = (at: number): number => rows.reduce((sum, row) => sum + (row[at] || 0), 0)
  return [rows.length, of(0), of(1)]
}

describe('the numbers of a diff', () => {
  test.each([1, 7, 65_536])('are those of git, in chunks of %i', async (bytes) => {
    const { diff, numstat } = await realDiff()
    const stat = await diffStat(inChunks(diff, bytes))
    expect([stat.files, stat.insertions, stat.deletions]).toEqual(sumOf(numstat))
    expect(stat).toMatchObject({ more: 0, whole: true })
    const paths = stat.paths.map(({ path: name }) => name)
    expect(paths.toSorted()).toEqual([
      'a space \\303\\244.txt',
      'binary',
      'diff.txt',
      'elsewhere.txt',
      'empty.txt',
      'gone.sql',
      'kept.txt',
    ])
    expect(stat.paths.find(({ path: name }) => name === 'diff.txt')).toMatchObject({
      insertions: 5,
      deletions: 0,
    })
  })

  test('of many files name the first of them', async () => {
    const one = (name: number): string =>
      `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n@@ -0,0 +1 @@\n+x\n`
    const stat = await diffStat(
      inChunks(Array.from({ length: 120 }, (_, n) => one(n)).join(''), 999),
    )
    expect(stat).toMatchObject({ files: 120, insertions: 120, more: 70 })
    expect(stat.paths).toHaveLength(50)
  })

  test('of nothing are none', async () => {
    expect(await diffStat(inChunks('', 1))).toEqual({
      files: 0,
      insertions: 0,
      deletions: 0,
      paths: [],
      more: 0,
      whole: true,
    })
  })

  test('are given up on after 32 MiB, whatever the length of its lines', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('diff --git a/x b/x\n@@ -0,0 +1,9 @@\n+a\n+')
      const block = Buffer.alloc(1024 * 1024, 'x')
      for (;;) yield block
    }
    expect(await diffStat(endless())).toMatchObject({ files: 1, insertions: 1, whole: false })
  })
})
