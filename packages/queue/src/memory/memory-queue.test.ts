import { describeQueue } from '../queue.suite.ts'
import { createMemoryQueue } from './memory-queue.ts'

describeQueue('memory', async () => createMemoryQueue())
