export { executorConfig, workerConfig, type WorkerConfig } from './config.ts'
export { createWorker } from './create-worker.ts'
export { openSocketFolder } from './socket-folder.ts'
export type { WorkerDeps, WorkerTraits } from './deps.ts'
