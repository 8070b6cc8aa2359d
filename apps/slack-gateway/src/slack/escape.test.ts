import { expect, test } from 'vitest'

import { code, escapeLine, escapeText, unescapeText } from './escape.ts'

test.each([
  ['<!channel>', '&lt;!channel&gt;'],
  ['<@U1> & co', '&lt;@U1&gt; &amp; co'],
  ['&lt;', '&amp;lt;'],
])('escapes %s', (text, escaped) => {
  expect(escapeText(text, 100)).toBe(escaped)
})

test.each([
  ['what fits', 9, 'what fits'],
  ['too long', 5, 'too …'],
  ['a&b', 6, 'a…'],
  ['😀😀', 3, '😀…'],
])('cuts %j to %i characters', (text, maxLength, cut) => {
  expect(escapeText(text, maxLength)).toBe(cut)
})

test('replaces control characters, and halves of characters', () => {
  expect(escapeText('a\u0000b\uD800c\n', 100)).toBe('a b c\n')
})

test('makes one line of many', () => {
  expect(escapeLine(' a\n\n b ', 100)).toBe('a b')
})

test('keeps backticks from ending a name', () => {
  expect(code('a`<b')).toBe("`a'&lt;b`")
})

test('gives back what a person typed', () => {
  expect(unescapeText('a &lt; b &amp;&amp; c &gt; d &amp;lt;')).toBe('a < b && c > d &lt;')
})
