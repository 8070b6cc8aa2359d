import { expect, test } from 'vitest'

import { requestText, type Request } from './request-text.ts'

const REQUEST: Request = {
  prompt: 'think',
  labels: [],
  model: undefined,
  timeoutMs: 1000,
  budgetMicroUsd: undefined,
  metadata: undefined,
  deadline: undefined,
  onDependencyFailure: 'fail',
  parent: undefined,
}

test('a request has the form that the documentation gives', () => {
  expect(requestText(REQUEST)).toBe('["think",[],null,1000,null,null,null,"fail",null]')
  const full: Request = {
    ...REQUEST,
    labels: ['gpu'],
    model: 'opus',
    budgetMicroUsd: 5,
    metadata: { a: 1 },
    deadline: 7,
    parent: 'tsk_1',
  }
  expect(requestText(full)).toBe('["think",["gpu"],"opus",1000,5,{"a":1},7,"fail","tsk_1"]')
})

test.each<Partial<Request>>([
  { prompt: 'think again' },
  { labels: ['gpu'] },
  { labels: '[]' },
  { model: 'opus' },
  { timeoutMs: 1001 },
  { budgetMicroUsd: 1 },
  { metadata: {} },
  { deadline: 0 },
  { onDependencyFailure: 'run' },
  { parent: 'tsk_1' },
])('a request with %o is another one', (fields) => {
  expect(requestText({ ...REQUEST, ...fields })).not.toBe(requestText(REQUEST))
})
