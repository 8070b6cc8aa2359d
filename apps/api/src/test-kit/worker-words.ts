/** What workers say, in its plainest form. */
export const HELLO = {
  name: 'host:1',
  concurrency: 20,
  labels: [] as string[],
  executors: { claude: { available: true, version: '2.1.330' } },
  draining: false,
  attempts: [] as never[],
} as const

export const NO_USAGE = { costMicroUsd: 0, inputTokens: 0, outputTokens: 0 } as const
export const SUCCESS = {
  kind: 'succeeded',
  summary: 'Done.',
  warnings: [] as string[],
} as const
