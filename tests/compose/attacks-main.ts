import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { Answer, Request } from '../../packages/sandbox/src/fixtures/attack-worker.ts'
import { ATTACKS } from '../../packages/sandbox/src/fixtures/attacks.ts'

// Runs in the container of a worker, as its user: prints what each attack achieves in the sandbox, and
// beside it, where that can be tried, without one.

const WORKER = fileURLToPath(
  new URL('../../packages/sandbox/src/fixtures/attack-worker.ts', import.meta.url),
)
const worker = spawn(
  '/bin/bash',
  ['-c', 'exec 200< /etc/hostname "$@"', 'bash', process.execPath, WORKER],
  {
    env: { BAIT: 'SECRET-0123456789' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  },
)

async function ask(request: Request): Promise<string> {
  const answered = once(worker, 'message')
  worker.send(request)
  const [answer] = (await answered) as [Answer]
  return answer.printed
}

const printed: { name: string; inside: string; outside: string | undefined }[] = []
for (const { name, outside } of ATTACKS) {
  printed.push({
    name,
    inside: await ask({ attack: name, where: 'inside' }),
    outside: outside && (await ask({ attack: name, where: 'outside' })),
  })
}
worker.kill('SIGKILL')
process.stdout.write(JSON.stringify(printed))
