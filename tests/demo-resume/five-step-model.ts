import { createServer, request as ask } from 'node:http'

import {
  createScriptedModel,
  textTurn,
  toolTurn,
  type ModelRequest,
  type Turn,
} from '@sleepless/testing'

// A model for `docs/demo-resume.md`: five steps, each adds its number to a file, with a second of thought
// before each. Which step is next it reads from the conversation alone, as a model does.

const THINK_MS = 1000

function fiveSteps({ body }: ModelRequest): Turn {
  const blocks = body.messages.flatMap(({ content }): readonly unknown[] =>
    Array.isArray(content) ? content : [],
  )
  const isResult = (block: unknown): boolean =>
    typeof block === 'object' && block !== null && 'type' in block && block.type === 'tool_result'
  const step = blocks.filter(isResult).length + 1
  if (step > 5) return textTurn('Five steps.', { delayMs: THINK_MS })
  const input = { command: `echo ${step} >> steps.txt`, description: 'One step' }
  return toolTurn({ name: 'Bash', input }, { delayMs: THINK_MS })
}

const model = await createScriptedModel({ script: fiveSteps })
const port = Number(process.argv[2])
createServer((incoming, outgoing) => {
  const { method, url, headers } = incoming
  const target = ask(`${model.url}${url}`, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  target.on('error', () => outgoing.destroy())
  outgoing.on('close', () => target.destroy())
  incoming.pipe(target)
}).listen(port, '127.0.0.1')
