export { claudeBinary, claudeEnvironment, type ClaudeEnvironmentOptions } from './claude-binary.ts'
export { createFakeSlack, type FakeSlack, type FakeSlackOptions } from './fake-slack/fake-slack.ts'
export type { SlackContent, SlackMessage } from './fake-slack/message-store.ts'
export type { SlackCall } from './fake-slack/slack-call.ts'
export type { SlackCommand, SlackEvent } from './fake-slack/slack-payloads.ts'
export { SlackTimeoutError } from './fake-slack/envelope-outbox.ts'
export type { SlackIdentity } from './fake-slack/web-api.ts'
export { freePort } from './free-port.ts'
export { listen, type Listening } from './listen.ts'
export { adversarialScript, type AdversarialOptions } from './model/adversarial-script.ts'
export type { MessagesBody, ModelRequest, RequestMessage } from './model/messages-request.ts'
export { promptText } from './model/messages-request.ts'
export {
  answerScript,
  bashScript,
  writeFileScript,
  type WriteFileOptions,
} from './model/ready-scripts.ts'
export type { Script, ScriptFor } from './model/script.ts'
export {
  createScriptedModel,
  type ScriptedModel,
  type ScriptedModelOptions,
} from './model/scripted-model.ts'
export { holdUntil, rateLimitTurn, textTurn, thinkingTurn, toolTurn } from './model/turn.ts'
export type {
  ContentBlock,
  CutTurn,
  ErrorTurn,
  HoldTurn,
  MalformedTurn,
  MessageTurn,
  RetriedTurn,
  StallTurn,
  StopReason,
  ToolCall,
  Turn,
  TurnOptions,
  Usage,
} from './model/turn.ts'
export { startRedis, type RedisOptions, type RedisServer } from './redis-server.ts'
export { runClaude, type ClaudeRun, type RunClaudeOptions } from './run-claude.ts'
export { seededRandom, type SeededRandom } from './seeded-random.ts'
export { hasEnded, spawnTied, stopProcess, type SpawnTiedOptions } from './spawn-tied.ts'
export { ensureProgram, ProgramMissingError, type EnsureProgramOptions } from './system-packages.ts'
export {
  createTcpProxy,
  type ProxyDirection,
  type TcpProxy,
  type TcpProxyOptions,
} from './tcp-proxy.ts'
export { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts'
export { waitFor, WaitTimeoutError, type WaitForOptions } from './wait-for.ts'
export { mountSmallDisk, type SmallDisk } from './small-disk.ts'
