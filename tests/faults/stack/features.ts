import { ApiError, type ApiClient, type SubmitTaskBody } from '@sleepless/contracts'
import { waitFor } from '@sleepless/testing'

/** What the service under test can do already. */
export interface Features {
  /** Tasks that a command of the worker's configuration runs, instead of an agent. */
  readonly hasCommands: boolean
  readonly hasDependencies: boolean
}

const LATER_MS = 3_600_000

/** Asks with tasks that never start, and are canceled at once. */
export async function findFeatures(client: ApiClient): Promise<Features> {
  const notBefore = new Date(Date.now() + LATER_MS).toISOString()
  const accepts = async (fields: object): Promise<string | undefined> => {
    try {
      // Fields that this version of the contract may not know.
      const body = { prompt: 'never started', notBefore, ...fields } as SubmitTaskBody
      const { id } = await client.submitTask(body)
      return id
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) return undefined
      throw error
    }
  }
  const command = await accepts({ executor: 'command:fault' })
  const plain = await accepts({})
  const dependent = await accepts({ dependsOn: [plain] })
  for (const id of [dependent, plain, command]) {
    if (id === undefined) continue
    await waitFor(() => client.cancelTask(id), { description: 'a task to be canceled' })
  }
  return { hasCommands: command !== undefined, hasDependencies: dependent !== undefined }
}
