export { createClaudeExecutor } from './claude-executor.ts'
export type { ClaudeExecutorOptions, Credential } from './claude-executor-options.ts'
