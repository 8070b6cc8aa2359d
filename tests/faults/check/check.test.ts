import { describe, expect, test } from 'vitest'

import { check } from './check.ts'
import type {
  Evidence,
  SeenEvent,
  SeenMessage,
  SeenTask,
  Submission,
  ViolationKind,
} from './evidence.ts'

const TASK = 'tsk_01a2067d-b648-7264-af76-95705a964270'
const FIRST = 'att_01a2067d-b648-7264-af76-95705a964271'
const SECOND = 'att_01a2067d-b648-7264-af76-95705a964272'
const COMMIT = 'c'.repeat(40)

const task: SeenTask = {
  id: TASK,
  status: 'succeeded',
  token: 'one',
  waitingFor: null,
  failureCode: undefined,
  summary: `done one by ${SECOND}`,
  commit: COMMIT,
  branch: 'sleepless/one',
}
const submission: Submission = {
  token: 'one',
  taskId: TASK,
  answeredIds: [TASK, TASK],
  executor: 'claude',
  isSerious: true,
  writes: true,
  isCanceled: false,
  told: [],
  expects: ['succeeded'],
}

type Named = readonly [type: string, attemptId: string | null, data?: object]

function events(...named: readonly Named[]): SeenEvent[] {
  return named.map(([type, attemptId, data = {}], index) => ({
    id: index + 1,
    type,
    taskId: TASK,
    attemptId,
    data: { ...data },
    heardMs: index,
  }))
}

const history = events(
  ['task.submitted', null],
  ['attempt.dispatched', FIRST],
  ['attempt.claimed', FIRST],
  ['attempt.finished', FIRST, { status: 'lost' }],
  ['task.requeued', null],
  ['attempt.dispatched', SECOND],
  ['attempt.claimed', SECOND],
  ['attempt.finished', SECOND, { status: 'succeeded' }],
  ['task.succeeded', null],
)

/** A run in which a worker died, and all was well. */
const sound: Evidence = {
  submissions: [submission],
  listed: [task],
  tasks: new Map([[TASK, task]]),
  attempts: [
    { id: FIRST, taskId: TASK, number: 1, status: 'lost', sessionId: FIRST.slice(4) },
    { id: SECOND, taskId: TASK, number: 2, status: 'succeeded', sessionId: SECOND.slice(4) },
  ],
  messages: new Map(),
  heard: history,
  reread: history,
  effects: [
    { token: 'one', attemptId: FIRST, step: 'began' },
    { token: 'one', attemptId: FIRST, step: 'wrote' },
    { token: 'one', attemptId: SECOND, step: 'began' },
    { token: 'one', attemptId: SECOND, step: 'wrote' },
    { token: 'one', attemptId: SECOND, step: 'acted' },
  ],
  pushes: [{ ref: 'refs/heads/sleepless/one', before: '0'.repeat(40), after: COMMIT }],
  ledgerEffects: new Map([['message', 1]]),
  commits: new Map([[COMMIT, { hash: COMMIT, taskId: TASK, attemptId: SECOND }]]),
  kept: new Set([FIRST]),
  processes: [],
}

function kinds(change: Partial<Evidence>): readonly ViolationKind[] {
  return check({ ...sound, ...change }, new Set()).map(({ kind }) => kind)
}

function withTask(change: Partial<SeenTask>): Partial<Evidence> {
  return { tasks: new Map([[TASK, { ...task, ...change }]]) }
}

function failed(event: SeenEvent): SeenEvent {
  return { ...event, type: 'task.failed' }
}

const TEXT = 'fault-message one'

/** The task was sent a message, which is listed so. */
function withMessages(...listed: readonly SeenMessage[]): Partial<Evidence> {
  return {
    submissions: [{ ...submission, told: [TEXT] }],
    messages: new Map([[TASK, listed]]),
  }
}

/** The history with something more at its end, as both clients see it. */
function followedBy(...named: readonly Named[]): Partial<Evidence> {
  const more = events(...named).map((event) => ({ ...event, id: event.id + history.length }))
  return { heard: [...history, ...more], reread: [...history, ...more] }
}

test('a run in which all went on has no violations', () => {
  expect(kinds({})).toEqual([])
})

test('an attempt may go on with the commit of one whose agent had succeeded', () => {
  const stored = history.map((event) =>
    event.id === 4 ? { ...event, type: 'attempt.checkpointed' } : event,
  )
  const change = {
    heard: stored,
    reread: stored,
    commits: new Map([[COMMIT, { hash: COMMIT, taskId: TASK, attemptId: FIRST }]]),
    effects: [{ token: 'one', attemptId: FIRST, step: 'acted' as const }],
    ...withTask({ summary: `done one by ${FIRST}` }),
  }
  expect(kinds(change)).toEqual([])
})

test('a message may come too late for every agent', () => {
  expect(kinds(withMessages({ number: 1, text: TEXT, attemptId: null }))).toEqual([])
})

describe('lost is', () => {
  test('an acknowledged message that is gone', () => {
    expect(kinds(withMessages())).toEqual(['lost'])
  })

  test('a message of which the agent that succeeded knows nothing', () => {
    const change = withMessages({ number: 1, text: TEXT, attemptId: SECOND })
    expect(kinds(change)).toEqual(['lost'])
    const told = { token: 'one', attemptId: SECOND, step: 'told' as const }
    expect(kinds({ ...change, effects: [...sound.effects, told] })).toEqual([])
  })

  test('a message that was there before the agent began, and was not given to it', () => {
    const heard = [
      ...events(['message.received', null, { number: 1 }]).map((event) => ({ ...event, id: 0 })),
      ...history,
    ]
    const change = withMessages({ number: 1, text: TEXT, attemptId: null })
    expect(kinds({ ...change, heard, reread: heard })).toContain('lost')
  })

  test('an acknowledged task that is gone', () => {
    expect(kinds({ tasks: new Map() })).toEqual(['lost'])
  })

  test('an ending that no event tells of', () => {
    expect(kinds({ heard: history.slice(0, -1) })).toEqual(['lost'])
  })

  test('a commit that no repository holds', () => {
    expect(kinds({ commits: new Map() })).toEqual(['lost'])
  })

  test("an agent's success without its commit", () => {
    expect(kinds(withTask({ commit: undefined }))).toEqual(['lost'])
  })

  test('work of a lost attempt that is on no checkpoint', () => {
    expect(kinds({ kept: new Set() })).toEqual(['lost'])
  })

  test('no work of an attempt in whose session another went on and succeeded', () => {
    const attempts = sound.attempts.map((attempt) => ({ ...attempt, sessionId: FIRST.slice(4) }))
    expect(kinds({ kept: new Set(), attempts })).toEqual([])
  })

  test('work of a session in which no attempt has kept anything', () => {
    const attempts = sound.attempts.map((attempt) => ({
      ...attempt,
      status: 'lost',
      sessionId: FIRST.slice(4),
    }))
    expect(kinds({ kept: new Set(), attempts })).toContain('lost')
  })

  test('a success of which the agent knows nothing', () => {
    expect(kinds({ effects: sound.effects.slice(0, 2) })).toEqual(['lost'])
  })
})

describe('doubled is', () => {
  test('a message that is there twice', () => {
    const twice = [1, 2].map((number) => ({ number, text: TEXT, attemptId: null }))
    expect(kinds(withMessages(...twice))).toEqual(['doubled'])
  })

  test('a message that was delivered twice', () => {
    const delivered: Named = ['message.delivered', SECOND, { number: 1 }]
    const heard = [...history.slice(0, 7), ...events(delivered, delivered), ...history.slice(7)]
    const found = kinds({ heard, reread: heard })
    expect(found).toContain('doubled')
  })

  test('an effect that was done twice under the ledger', () => {
    expect(kinds({ ledgerEffects: new Map([['message', 2]]) })).toEqual(['doubled'])
  })

  test('one key that was answered with two tasks', () => {
    const answeredIds = [TASK, 'tsk_another']
    expect(kinds({ submissions: [{ ...submission, answeredIds }] })).toEqual(['doubled'])
  })

  test('one key that made two tasks, whatever it was answered with', () => {
    expect(kinds({ listed: [task, { ...task, id: 'tsk_another' }] })).toEqual(['doubled'])
  })

  test('a second ending', () => {
    expect(kinds(followedBy(['task.failed', null]))).toEqual(['doubled'])
  })

  test('a task that goes on after its end', () => {
    expect(kinds(followedBy(['task.requeued', null]))).toEqual(['doubled'])
  })

  test('a word about an attempt that was given up', () => {
    expect(kinds(followedBy(['attempt.acted', FIRST]))).toEqual(['doubled'])
  })

  test('an attempt that was claimed twice', () => {
    const heard = events(['attempt.claimed', SECOND], ['attempt.claimed', SECOND])
    const found = check({ ...sound, submissions: [], heard, reread: heard }, new Set())
    expect(found.map(({ kind }) => kind)).toEqual(['doubled'])
  })

  test('two attempts that succeeded', () => {
    const attempts = sound.attempts.map((attempt) => ({ ...attempt, status: 'succeeded' }))
    expect(kinds({ attempts })).toContain('doubled')
  })

  test('an attempt whose agent was started twice', () => {
    const effects = [...sound.effects, { token: 'one', attemptId: SECOND, step: 'began' as const }]
    expect(kinds({ effects })).toEqual(['doubled'])
  })

  test('a result that another attempt wrote', () => {
    expect(kinds(withTask({ summary: `done one by ${FIRST}` }))).toEqual(['doubled'])
  })

  test('a commit that another attempt made', () => {
    const commits = new Map([[COMMIT, { hash: COMMIT, taskId: TASK, attemptId: FIRST }]])
    expect(kinds({ commits })).toEqual(['doubled'])
  })

  test('a branch that was pushed twice', () => {
    expect(kinds({ pushes: [...sound.pushes, ...sound.pushes] })).toEqual(['doubled'])
  })

  test('a branch on the remote that is not the result', () => {
    const pushes = sound.pushes.map((push) => ({ ...push, after: 'd'.repeat(40) }))
    expect(kinds({ pushes })).toEqual(['doubled'])
  })
})

describe('stuck is', () => {
  const running = { ...sound, heard: history.slice(0, 3), reread: history.slice(0, 3) }

  test('a task that still runs', () => {
    expect(kinds({ ...running, ...withTask({ status: 'running' }) })).toEqual(['stuck'])
  })

  test('a task that waits for a slot when all workers are idle', () => {
    const waitingFor = { reason: 'capacity', until: null }
    const change = withTask({ status: 'queued', waitingFor })
    expect(kinds({ ...running, ...change })).toEqual(['stuck'])
  })

  test('not a task that waits for a moment', () => {
    const waitingFor = { reason: 'not-before', until: '2099-01-01T00:00:00Z' }
    expect(kinds({ ...running, ...withTask({ status: 'queued', waitingFor }) })).toEqual([])
  })
})

describe('broken in another way is', () => {
  test('a stream with a gap', () => {
    expect(kinds({ heard: history.toSpliced(1, 1) })).toEqual(['other'])
  })

  test('a stream that tells something twice', () => {
    expect(kinds({ heard: history.toSpliced(1, 0, ...history.slice(1, 2)) })).toContain('other')
  })

  test('an event that reads differently the second time', () => {
    const reread = history.map((event) => (event.id === 2 ? failed(event) : event))
    expect(kinds({ reread })).toEqual(['other'])
  })

  test('a process that outlives its attempt', () => {
    expect(kinds({ processes: [{ pid: 7, attemptId: FIRST, command: 'sleep' }] })).toEqual([
      'other',
    ])
  })

  test('a failure that the fault does not explain', () => {
    const heard = [...history.slice(0, -1), ...history.slice(-1).map(failed)]
    const change = { heard, reread: heard, ...withTask({ status: 'failed', failureCode: 'X' }) }
    expect(kinds(change)).toEqual(['other'])
    expect(check({ ...sound, ...change }, new Set(['X']))).toEqual([])
  })
})
