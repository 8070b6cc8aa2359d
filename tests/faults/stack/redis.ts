import { execFileSync } from 'node:child_process'

import { freePort, startRedis, type RedisOptions, type RedisServer } from '@sleepless/testing'

export type Durability = 'nothing' | 'everysec' | 'always'

/** A redis-server that can die and come back on the same port. */
export interface StackRedis extends AsyncDisposable {
  readonly port: number
  kill(): Promise<void>
  /** Comes back with what it kept on disk. */
  start(durability: Durability): Promise<void>
  /** Runs a command of redis-cli. @returns what it printed. */
  command(...words: readonly string[]): string
}

export async function createStackRedis(directory: string): Promise<StackRedis> {
  const port = await freePort()
  let server: RedisServer | undefined

  async function start(durability: Durability): Promise<void> {
    if (server !== undefined) return
    const kept: RedisOptions = durability === 'nothing' ? {} : { appendonly: durability }
    server = await startRedis({ port, directory, ...kept })
  }
  async function kill(): Promise<void> {
    await server?.stop('SIGKILL')
    server = undefined
  }

  await start('nothing')
  return {
    port,
    kill,
    start,
    command: (...words) =>
      execFileSync('redis-cli', ['-p', String(port), ...words], {
        encoding: 'utf8',
        timeout: 5000,
      }),
    [Symbol.asyncDispose]: kill,
  }
}
