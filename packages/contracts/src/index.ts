export { createApiClient, type ApiClient } from './client/api-client.ts'
export { ApiError, ApiUnreachableError } from './client/errors.ts'
export type { EventStreamOptions } from './client/event-stream.ts'
export type { OutputEnd } from './client/output-calls.ts'
export { createNodeExchange } from './client/node-exchange.ts'
export type { MatchOptions } from './client/matching.ts'
export type { FollowEventsOptions } from './client/follow-events.ts'
export type { FollowOutputOptions } from './client/follow-output.ts'
export { createPatience, pause, type Patience } from './client/patience.ts'
export type { SubmitOptions } from './client/submit-options.ts'
export type { Fetch } from './client/exchange.ts'
export type { TransportOptions } from './client/transport.ts'
export { createWorkerClient } from './client/worker-client.ts'
export type { Held, Upload, WorkerClient } from './client/worker-client.ts'
export type { WorkerConnection } from './client/worker-connection.ts'
export { artifactList, attemptList, attemptView } from './http/attempt.ts'
export type { ArtifactList, AttemptList, AttemptView } from './http/attempt.ts'
export { dayReportQuery, dayReportView, type DayReport } from './http/day-report.ts'
export {
  eventList,
  eventListQuery,
  eventsReset,
  eventStreamQuery,
  eventView,
} from './http/event.ts'
export type { EventList, EventsReset, EventView } from './http/event.ts'
export {
  attemptIdField,
  MAX_PROMPT_BYTES,
  projectNameField,
  taskIdField,
  tokenIdField,
  workerIdField,
} from './http/fields.ts'
export { MAX_MESSAGE_BYTES, messageList, messageView, sendMessageBody } from './http/message.ts'
export type { MessageList, MessageView, SendMessageBody } from './http/message.ts'
export { OUTPUT_FROM_HEADER, outputEnd, outputPiece, taskOutputQuery } from './http/output.ts'
export type { OutputPiece } from './http/output.ts'
export { problem, PROBLEM_CONTENT_TYPE, type Problem } from './http/problem.ts'
export {
  changeProjectBody,
  createProjectBody,
  projectList,
  projectListQuery,
  projectView,
} from './http/project.ts'
export type {
  ChangeProjectBody,
  CreateProjectBody,
  ProjectList,
  ProjectView,
} from './http/project.ts'
export { changeSettingsBody, settingsView } from './http/settings.ts'
export type { ChangeSettingsBody, SettingsView } from './http/settings.ts'
export { failureReasonList, pauseBody, pauseView, serviceHealthView } from './http/service.ts'
export { stopView } from './http/service.ts'
export type { FailureReasonList, PauseView, ServiceHealthView, StopView } from './http/service.ts'
export { STREAM_CLOSE_CODES, streamFrame, streamQuery, type StreamFrame } from './http/stream.ts'
export { submitTaskBody, taskList, taskListQuery, taskView } from './http/task.ts'
export type { SubmitTaskBody, TaskList, TaskListQuery, TaskView } from './http/task.ts'
export { emptiedTrashView, emptyTrashQuery, trashListQuery } from './http/trash.ts'
export type { EmptiedTrashView } from './http/trash.ts'
export { taskReportQuery, taskReportView, type TaskReport } from './http/task-report.ts'
export { usageQuery, usageView, type UsageView } from './http/usage.ts'
export { loginLinkBody, loginLinkView, openSessionBody, sessionView } from './http/session.ts'
export type { LoginLinkView, SessionView } from './http/session.ts'
export {
  createTokenBody,
  newTokenView,
  rotateTokenBody,
  tokenList,
  tokenListQuery,
  tokenView,
} from './http/token.ts'
export type { CreateTokenBody, NewTokenView, TokenList, TokenView } from './http/token.ts'
export { whyView, type WhyView } from './http/why.ts'
export { workerList, workerListQuery, workerView } from './http/worker.ts'
export type { WorkerList, WorkerListQuery, WorkerView } from './http/worker.ts'
export { ARTIFACT_NAMES, artifactQuery, TRANSCRIPT_NAMES, WORK_NAMES } from './internal/artifact.ts'
export { allowanceAnswer, type AllowanceView } from './internal/allowance.ts'
export type {
  Checkpoint,
  CommittedCheckpointView,
  Resume,
  SessionRecordView,
  WorkingCheckpointView,
} from './internal/checkpoint.ts'
export {
  attemptEffectAnswer,
  beginAttemptEffectBody,
  beginEffectBody,
  completeAttemptEffectBody,
  completeEffectBody,
  effectAnswer,
} from './internal/effect.ts'
export type {
  AttemptEffectAnswer,
  BeginAttemptEffectBody,
  BeginEffectBody,
  EffectAnswer,
} from './internal/effect.ts'
export {
  finishBody,
  outputAnswer,
  outputQuery,
  report,
  reportAnswer,
  reportBatch,
} from './internal/report.ts'
export type { FinishBody, Report, ReportBatch } from './internal/report.ts'
export {
  allowanceBody,
  checkpointBody,
  claimAnswer,
  claimBody,
  heartbeatAnswer,
  heartbeatBody,
  abandonBody,
  workerStreamHello,
} from './internal/worker.ts'
export type {
  AgentMessageView,
  ClaimAnswer,
  HeartbeatAnswer,
  HeartbeatBody,
} from './internal/worker.ts'
export { dayDocument } from './report/day-document.ts'
export { spansOf, type Block, type Document, type Line, type Span } from './report/document.ts'
export { toMarkdown } from './report/markdown.ts'
export { plainLine, plainText } from './report/plain-text.ts'
export { taskDocument } from './report/task-document.ts'
export { controlMessage, orderMessage } from './order.ts'
