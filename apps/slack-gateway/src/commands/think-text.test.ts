import { expect, test } from 'vitest'

import { parseThinkText } from './think-text.ts'

test.each([
  ['what is 6 x 7', undefined, 'what is 6 x 7'],
  ['-p site fix it', 'site', 'fix it'],
  ['--project=site fix it', 'site', 'fix it'],
  ['—project site fix it', 'site', 'fix it'],
  ['  -p site\nfix it  ', 'site', 'fix it'],
  ['fix -p site', undefined, 'fix -p site'],
  ['-print this', undefined, '-print this'],
  ['a &lt; b', undefined, 'a < b'],
])('understands %j', (text, project, prompt) => {
  expect(parseThinkText(text)).toEqual({ project, prompt })
})

test.each(['', '  ', '-p', '-p site', '--project'])('finds nothing to do in %j', (text) => {
  expect(parseThinkText(text)).toBeUndefined()
})
