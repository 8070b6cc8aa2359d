import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { temporaryDirectory } from '@sleepless/testing'

import { install } from './installation.ts'
import { quantile, type Measurement } from './statistics.ts'

const run = promisify(execFile)
const BIN = fileURLToPath(new URL('../apps/cli/bin/sleepless.js', import.meta.url))
const ROUNDS = 30
const LIMIT_MS = 150

/** How long a person waits for a command, beside a Node that does nothing; in turns, so that both meet the same machine. */
export async function cli(modelUrl: string): Promise<Measurement[]> {
  await using service = await install('standalone', modelUrl)
  await using cache = await temporaryDirectory('sleepless-cli-cache-')
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: cache.path,
    SLEEPLESS_API_URL: service.url,
    SLEEPLESS_API_TOKEN: service.token,
    SLEEPLESS_HOME: path.join(cache.path, 'none'),
  }
  const time = async (argv: readonly string[]): Promise<number> => {
    const begun = performance.now()
    await run(process.execPath, [...argv], { env, cwd: cache.path })
    return performance.now() - begun
  }
  const commands = {
    'node -e 0': ['-e', '0'],
    'sleepless --help': [BIN, '--help'],
    'sleepless check': [BIN, 'check'],
    'sleepless show --help': [BIN, 'show', '--help'],
  } as const
  const coldMs = await time(commands['sleepless check'])
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, argv] of Object.entries(commands)) times.get(name)?.push(await time(argv))
  }
  const median = (name: string): number => quantile(times.get(name) ?? [], 0.5)
  return [
    { name: 'node -e 0, p50', value: median('node -e 0'), unit: 'ms' },
    { name: 'sleepless --help, p50', value: median('sleepless --help'), unit: 'ms' },
    { name: 'sleepless show --help, p50', value: median('sleepless show --help'), unit: 'ms' },
    { name: 'sleepless check, the first of all', value: coldMs, unit: 'ms' },
    { name: 'sleepless check, p50', value: median('sleepless check'), unit: 'ms', limit: LIMIT_MS },
    {
      name: '… of a bare node',
      value: median('sleepless check') / median('node -e 0'),
      unit: '×',
    },
  ]
}
