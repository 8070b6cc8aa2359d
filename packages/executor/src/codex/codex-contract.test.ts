import { describeExecutor } from '../executor.suite.ts'
import { createCodexExecutor } from './codex-executor.ts'
import { said } from './fixtures/codex-lines.ts'

const USAGE = { input_tokens: 1, cached_input_tokens: 0, output_tokens: 1 }
const COMPLETED = JSON.stringify({ type: 'turn.completed', usage: USAGE })

describeExecutor('codex', {
  create: (binary) =>
    createCodexExecutor({
      binary,
      apiKey: 'sk-made-up',
      killGraceMs: 200,
    }),
  prints: (line) => `echo '${said(line)}'`,
  succeeds: `echo '${said('Done.')}'; echo '${COMPLETED}'`,
})
