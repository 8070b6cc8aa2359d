/** What the schemas of a route cannot say of it. */
export interface Operation {
  /** As clients that are made from the spec name their function. */
  readonly operationId: string
  readonly summary: string
  readonly tag: Tag
  /** Sent again with the same `Idempotency-Key`, it does nothing again, and is answered alike. */
  readonly isRepeatable?: true
  /** Answers that are no JSON: their content types, by status. */
  readonly files?: Readonly<Record<number, readonly string[]>>
  /** Content types in which its answer comes besides JSON. */
  readonly alsoAs?: readonly string[]
  /** Names of headers of the answer that clients go by. */
  readonly headers?: readonly AnswerHeader[]
}

export const TAGS = {
  tasks: 'What people asked for: submitting it, and what becomes of it.',
  events: 'What has happened, and what happens.',
  projects: 'The repositories that serious tasks work on.',
  service: 'What holds for the service as a whole.',
  access: 'Tokens, and the sessions of browsers.',
} as const
type Tag = keyof typeof TAGS

export const ANSWER_HEADERS = {
  'Content-Range': 'Which bytes these are, of how many.',
  Location: 'Where what was made is found.',
  'Set-Cookie': 'The session, for the browser.',
  'Sleepless-Epoch': 'Of the event log: another one means that a restore took events back.',
} as const
type AnswerHeader = keyof typeof ANSWER_HEADERS

const TEXT = 'text/plain'
const BYTES = 'application/octet-stream'

/** By method and address. What is not here is in no spec; what is below `/v1` has to be here. */
export const operations: Readonly<Record<string, Operation>> = {
  'POST /v1/tasks': {
    operationId: 'submitTask',
    summary: 'Submits a task. It is on disk before this is answered.',
    tag: 'tasks',
    isRepeatable: true,
    headers: ['Location'],
  },
  'GET /v1/tasks': { operationId: 'listTasks', summary: 'Tasks, newest first.', tag: 'tasks' },
  'GET /v1/tasks/:id': { operationId: 'getTask', summary: 'One task.', tag: 'tasks' },
  'GET /v1/tasks/:id/why': {
    operationId: 'explainTask',
    summary: 'Why it has not started, and what is in front of it.',
    tag: 'tasks',
  },
  'POST /v1/tasks/:id/cancel': {
    operationId: 'cancelTask',
    summary: 'Cancels a task. One that runs is stopped; one that has ended stays as it is.',
    tag: 'tasks',
    isRepeatable: true,
  },
  'POST /v1/tasks/:id/retry': {
    operationId: 'retryTask',
    summary: 'Submits a task that has ended once more, as a follow-up of it.',
    tag: 'tasks',
    isRepeatable: true,
    headers: ['Location'],
  },
  'POST /v1/tasks/:id/messages': {
    operationId: 'sendMessage',
    summary: 'Tells the agent of a task something.',
    tag: 'tasks',
    isRepeatable: true,
  },
  'GET /v1/tasks/:id/messages': {
    operationId: 'listMessages',
    summary: 'What a task was told, in its order.',
    tag: 'tasks',
  },
  'GET /v1/tasks/:id/attempts': {
    operationId: 'listAttempts',
    summary: 'The executions of a task, in their order.',
    tag: 'tasks',
  },
  'GET /v1/tasks/:id/events': {
    operationId: 'listTaskEvents',
    summary: 'What has happened to a task, oldest first.',
    tag: 'events',
  },
  'GET /v1/tasks/:id/output': {
    operationId: 'getOutput',
    summary: 'What the attempts of a task have printed; `follow=true` goes on as it grows.',
    tag: 'tasks',
    files: { 200: [TEXT], 206: [TEXT] },
  },
  'GET /v1/tasks/:id/diff': {
    operationId: 'getDiff',
    summary: 'What a task has changed.',
    tag: 'tasks',
    files: { 200: ['text/x-diff'] },
  },
  'GET /v1/tasks/:id/artifacts': {
    operationId: 'listArtifacts',
    summary: 'The files that a task left behind.',
    tag: 'tasks',
  },
  'GET /v1/tasks/:id/artifacts/:name': {
    operationId: 'getArtifact',
    summary: 'One of these files.',
    tag: 'tasks',
    files: { 200: [BYTES] },
  },
  'GET /v1/events': {
    operationId: 'streamEvents',
    summary: 'All events as they happen, as server-sent events; `id` is the place to resume from.',
    tag: 'events',
    files: { 200: ['text/event-stream'] },
    headers: ['Sleepless-Epoch'],
  },
  'POST /v1/projects': {
    operationId: 'createProject',
    summary: 'Adds a repository for tasks to work on.',
    tag: 'projects',
    isRepeatable: true,
    headers: ['Location'],
  },
  'GET /v1/projects': { operationId: 'listProjects', summary: 'By name.', tag: 'projects' },
  'GET /v1/projects/:name': { operationId: 'getProject', summary: 'One project.', tag: 'projects' },
  'POST /v1/pause': {
    operationId: 'pause',
    summary: 'Starts no more tasks; those that run go on.',
    tag: 'service',
  },
  'POST /v1/resume': { operationId: 'resume', summary: 'Starts tasks again.', tag: 'service' },
  'GET /v1/health': {
    operationId: 'getHealth',
    summary: 'Who decides at present, and where the event log stands.',
    tag: 'service',
  },
  'GET /v1/failures': {
    operationId: 'listFailures',
    summary: 'Every way in which a task can fail, with its remedy.',
    tag: 'service',
  },
  'POST /v1/estop': {
    operationId: 'stopService',
    summary: 'Stops all that runs at once, and lets nothing more start; work is kept.',
    tag: 'service',
  },
  'GET /v1/workers': { operationId: 'listWorkers', summary: 'Who does the work.', tag: 'service' },
  'GET /v1/workers/:id': { operationId: 'getWorker', summary: 'One worker.', tag: 'service' },
  'POST /v1/workers/:id/drain': {
    operationId: 'drainWorker',
    summary: 'Lets a worker take nothing new; what runs goes on.',
    tag: 'service',
  },
  'POST /v1/workers/:id/resume': {
    operationId: 'resumeWorker',
    summary: 'Lets a worker take tasks again.',
    tag: 'service',
  },
  'GET /v1/reports': {
    operationId: 'getDayReport',
    summary: 'What came of a day.',
    tag: 'service',
    alsoAs: ['text/markdown'],
  },
  'GET /v1/tasks/:id/report': {
    operationId: 'getTaskReport',
    summary: 'What came of a task.',
    tag: 'tasks',
    alsoAs: ['text/markdown'],
  },
  'GET /v1/stream': {
    operationId: 'openStream',
    summary: 'Events, or the output of a task, over a WebSocket. Without an upgrade: 426.',
    tag: 'events',
    files: { 101: [] },
  },
  'DELETE /v1/tasks/:id': {
    operationId: 'trashTask',
    summary: 'Puts a task that has ended into the trash.',
    tag: 'tasks',
  },
  'GET /v1/trash': { operationId: 'listTrash', summary: 'Tasks in the trash.', tag: 'tasks' },
  'POST /v1/trash/:id/restore': {
    operationId: 'restoreTask',
    summary: 'Takes a task out of the trash.',
    tag: 'tasks',
  },
  'DELETE /v1/trash': {
    operationId: 'emptyTrash',
    summary: 'Does away with what is in the trash for long enough.',
    tag: 'tasks',
  },
  'PATCH /v1/projects/:name': {
    operationId: 'changeProject',
    summary: 'Changes a project.',
    tag: 'projects',
  },
  'DELETE /v1/projects/:name': {
    operationId: 'removeProject',
    summary: 'Removes a project of which no task is open.',
    tag: 'projects',
  },
  'GET /v1/settings': {
    operationId: 'getSettings',
    summary: 'What can be changed while the service runs.',
    tag: 'service',
  },
  'PATCH /v1/settings': {
    operationId: 'changeSettings',
    summary: 'Changes some of it.',
    tag: 'service',
  },
  'GET /v1/pause': {
    operationId: 'getPause',
    summary: 'Whether anything may start.',
    tag: 'service',
  },
  'GET /v1/usage': {
    operationId: 'getUsage',
    summary: 'What was spent, and what may be.',
    tag: 'service',
  },
  'GET /metrics': {
    operationId: 'getMetrics',
    summary: 'Figures for Prometheus.',
    tag: 'service',
    files: { 200: [TEXT] },
  },
  'GET /healthz': { operationId: 'isAlive', summary: 'The process lives.', tag: 'service' },
  'GET /readyz': {
    operationId: 'isReady',
    summary: 'The database can be read and written.',
    tag: 'service',
    headers: ['Sleepless-Epoch'],
  },
  'POST /v1/tokens': {
    operationId: 'createToken',
    summary: 'Makes a token, whose secret is told this once.',
    tag: 'access',
    isRepeatable: true,
    headers: ['Location'],
  },
  'GET /v1/tokens': { operationId: 'listTokens', summary: 'Newest first.', tag: 'access' },
  'POST /v1/tokens/:id/rotate': {
    operationId: 'rotateToken',
    summary: 'Replaces a token by one with a new secret.',
    tag: 'access',
    isRepeatable: true,
    headers: ['Location'],
  },
  'DELETE /v1/tokens/:id': {
    operationId: 'revokeToken',
    summary: 'Ends a token, and the sessions that were opened with it.',
    tag: 'access',
  },
  'POST /v1/login-links': {
    operationId: 'createLoginLink',
    summary: 'Makes a link that signs a browser in, once.',
    tag: 'access',
  },
  'POST /v1/session': {
    operationId: 'openSession',
    summary: 'Opens a session, with the secret of a login link.',
    tag: 'access',
    headers: ['Set-Cookie'],
  },
  'GET /v1/session': { operationId: 'getSession', summary: 'Who asks.', tag: 'access' },
  'DELETE /v1/session': {
    operationId: 'closeSession',
    summary: 'Ends the session that the cookie stands for.',
    tag: 'access',
    headers: ['Set-Cookie'],
  },
}
