import { describeExecutor } from '../executor.suite.ts'
import { directGateway } from '../fixtures/direct-gateway.ts'
import { createClaudeExecutor } from './claude-executor.ts'

const SUCCESS = '{"type":"result","is_error":false,"result":"Done.","permission_denials":[]}'

describeExecutor('claude', {
  create: (binary) =>
    createClaudeExecutor({
      binary,
      gateway: directGateway(),
      toolAccess: 'all',
      interruptGraceMs: 100,
      killGraceMs: 200,
    }),
  prints(line) {
    const message = { type: 'assistant', message: { content: [{ type: 'text', text: line }] } }
    return `echo '${JSON.stringify(message)}'`
  },
  succeeds: `echo '${SUCCESS}'`,
})
