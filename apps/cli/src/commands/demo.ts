import { createWriteStream } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { createApiClient } from '@sleepless/contracts'
import { createLogger, ensureHome, ensureSecret, homeAt, loadConfig } from '@sleepless/runtime'
import { createScriptedModel } from '@sleepless/testing'

import type { CliCommand } from '../cli-command.ts'
import type { CliContext } from '../cli-context.ts'
import { standaloneConfig, startStandalone } from '../compose/start-standalone.ts'
import { DEMO_PROMPT, demoScript } from '../demo/demo-script.ts'
import { narrate } from '../demo/narrate.ts'
import { printDemoResult } from '../demo/print-result.ts'
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { createPrinter } from '../terminal/printer.ts'

export const demoCommand: CliCommand = {
  name: 'demo',
  examples: [['sleepless demo', 'one task from an HTTP request to a commit, without an account']],
  notes:
    'The agent is the real Claude Code process; only its model is a script. Everything happens on\n' +
    'this machine, in a temporary home and on free ports.',
  run: runDemo,
}

async function runDemo(context: CliContext): Promise<ExitCode> {
  const printer = createPrinter(context.stdout, context.env)
  await using resources = new AsyncDisposableStack()
  const home = homeAt(await mkdtemp(path.join(tmpdir(), 'sleepless-demo-')))
  ensureHome(home)
  const logFile = resources.adopt(
    createWriteStream(path.join(home.logsPath, 'sleepless.log')),
    (stream) => void stream.end(),
  )

  printer.line(['Sleepless demo', 'bold'], ': one task, from an HTTP request to a commit')
  const model = resources.use(await createScriptedModel({ script: demoScript }))
  printer.line(['  ✓ ', 'green'], `scripted model at ${model.url}`)
  const env = demoEnvironment(context, home.path, model.url)
  const { url } = await startStandalone({
    config: loadConfig(standaloneConfig, env),
    env,
    logger: createLogger({ service: 'demo', level: 'info', destination: logFile }),
    resources,
  })
  printer.line(['  ✓ ', 'green'], `service at ${url}`)

  const client = createApiClient({ url, token: ensureSecret(home, 'api-token') })
  const { id } = await client.submitTask({ prompt: DEMO_PROMPT, requester: 'demo' })
  printer.line(['  ✓ ', 'green'], `POST /v1/tasks ${JSON.stringify(DEMO_PROMPT)} → ${id}`)
  await narrate(client, id, printer)
  await printDemoResult(printer, client, { task: await client.task(id), home })
  return EXIT_CODES.done
}

/** The settings of a person's own service must not reach the demo's. */
function demoEnvironment({ env }: CliContext, home: string, modelUrl: string): CliContext['env'] {
  return {
    PATH: env['PATH'],
    CLAUDE_BIN: env['CLAUDE_BIN'],
    BUBBLEWRAP_BIN: env['BUBBLEWRAP_BIN'],
    SLEEPLESS_HOME: home,
    SLEEPLESS_API_PORT: '0',
    ANTHROPIC_API_KEY: 'demo-needs-no-key',
    ANTHROPIC_BASE_URL: modelUrl,
  }
}
