import { Writable } from 'node:stream'

import type { ApiClient } from '@sleepless/contracts'
import type { Command } from 'commander'

import type { CliContext } from '../cli-context.ts'
import { connect } from '../connection/connect.ts'
import type { Candidate, ValueKind } from './candidates.ts'

// A person waits for it with a finger on the key.
const DEADLINE_MS = 1500
const MAX_TASKS = 50

/** What the service knows of the kind; nothing, where it does not say so at once. */
export async function knownValues(
  kind: Exclude<ValueKind, 'file' | 'nothing'>,
  context: CliContext,
  command: Command,
): Promise<readonly Candidate[]> {
  try {
    const { client } = connect(silent(context), command, { timeoutMs: DEADLINE_MS })
    return await readers[kind](client)
  } catch {
    return []
  }
}

const readers: Readonly<
  Record<
    Exclude<ValueKind, 'file' | 'nothing'>,
    (client: ApiClient) => Promise<readonly Candidate[]>
  >
> = {
  async task(client) {
    const { items } = await client.tasks({ limit: MAX_TASKS })
    return items.map(({ id, status, prompt }) => ({
      value: id,
      description: `${status}: ${prompt}`,
    }))
  },
  async project(client) {
    const { items } = await client.projects({ limit: 200 })
    return items.map(({ name, remote }) => ({ value: name, description: remote }))
  },
  async token(client) {
    const { items } = await client.tokens({ limit: 200 })
    const usable = items.filter(({ revokedAt }) => revokedAt === null)
    return usable.map(({ id, name }) => ({ value: id, description: name }))
  },
}

/** Nothing may be written into the line that is being typed. */
function silent({ env, cwd, stdin, stdout, signal }: CliContext): CliContext {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  return { env, cwd, stdin, stdout, signal, stderr: nowhere }
}
