export type { ClaudeExecutorOptions, Credential } from './claude/claude-executor-options.ts'
export { createClaudeExecutor } from './claude/claude-executor.ts'
export { createCommandExecutor, type CommandExecutorOptions } from './command/command-executor.ts'
export { killRemains } from './process/kill-remains.ts'
