import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A service to compare with, in a process of its own, which says its address when it listens. */
export interface AnchorProcess extends AsyncDisposable {
  readonly url: string
}

/** @param file of this folder. */
export async function startAnchor(file: string, ...args: string[]): Promise<AnchorProcess> {
  const program = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url]: unknown[] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    url: String(url),
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}
