import type { ApiClient } from '@sleepless/contracts'

/** What the gateway needs of the service. */
export type TaskApi = Pick<
  ApiClient,
  'submitTask' | 'task' | 'tasks' | 'cancelTask' | 'beginEffect' | 'completeEffect' | 'events'
>
