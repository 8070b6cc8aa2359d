import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('api-process-main.ts', import.meta.url))

/** The service in a process of its own. */
export interface ApiProcess extends AsyncDisposable {
  readonly url: string
  /** Ends it as a power cut would end it, but for the disk. */
  kill(): Promise<void>
}

/** @param fate `die-after-key`: it is killed when it has committed an idempotency key, before it answers. */
export async function startApiProcess(
  home: string,
  fate: 'live' | 'die-after-key' = 'live',
): Promise<ApiProcess> {
  const child = spawn(process.execPath, [MAIN, home, fate], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Most of a start is compiling, and tests start many.
    env: { NODE_COMPILE_CACHE: path.join(tmpdir(), 'sleepless-compile-cache') },
  })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  try {
    for await (const url of createInterface(child.stdout)) {
      return { url, kill, [Symbol.asyncDispose]: kill }
    }
    throw new Error('the service did not start')
  } catch (error) {
    await kill()
    throw error
  }
}
