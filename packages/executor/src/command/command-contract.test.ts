import { describeExecutor } from '../executor.suite.ts'
import { createCommandExecutor } from './command-executor.ts'

describeExecutor('command', {
  create: (file) => createCommandExecutor({ name: 'x', file, killGraceMs: 200 }),
  prints: (line) => `echo '${line}'`,
  succeeds: 'echo Done.',
})
