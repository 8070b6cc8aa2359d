/**
 * Kinds of messages that Claude Code is known to print and nobody here needs. What is neither among
 * them nor read is new: it is counted, and a person is told.
 */
export const UNUSED_KINDS: ReadonlySet<string> = new Set([
  'auth_status',
  'control_cancel_request',
  'control_request',
  'keep_alive',
  'rate_limit_event',
  'stream_event',
  'system/compact_boundary',
  'system/hook_progress',
  'system/hook_response',
  'system/hook_started',
  'system/informational',
  'system/model_fallback',
  'system/model_refusal_no_fallback',
  'system/permission_denied',
  'system/status',
  'system/task_notification',
  'system/task_progress',
  'system/task_started',
  'system/task_updated',
  'system/thinking_tokens',
  'tool_progress',
])
