export { schedulerConfig, type SchedulerConfig } from './config.ts'
export { createScheduler } from './create-scheduler.ts'
export type { SchedulerDeps } from './deps.ts'
export type { LeadLocks } from './leading/lead-locks.ts'
