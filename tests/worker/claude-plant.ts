import { createScriptedModel, type Script, type ScriptedModel } from '@sleepless/testing'
import { onTestFinished } from 'vitest'

import type { Egress, Sandbox } from '../../packages/domain/src/index.ts'
import { createClaudeExecutor } from '../../packages/executor/src/index.ts'
import { createModelGateway } from '../../packages/gateway/src/index.ts'
import { startPlant, type Plant } from './plant.ts'

/** The only credential that the model takes. */
export const REAL = 'sk-ant-api03-the-real-one'

/** A plant whose worker runs the real agent, behind the real gateway, with a scripted model. */
export async function claudePlant(
  script: Script,
  sandbox?: Sandbox,
  egress?: Egress,
): Promise<{ readonly plant: Plant; readonly model: ScriptedModel }> {
  const resources = new AsyncDisposableStack()
  onTestFinished(() => resources.disposeAsync())
  const model = resources.use(await createScriptedModel({ script, credentials: [REAL] }))
  const credential = { kind: 'api-key', value: REAL } as const
  const gateway = resources.use(
    createModelGateway({ credential: () => credential, baseUrl: model.url }),
  )
  const plant = await startPlant()
  await plant.hire({
    ...(egress && { egress }),
    executor: createClaudeExecutor({
      gateway,
      sandbox: () => sandbox,
      toolAccess: 'edits-only',
      killGraceMs: 2000,
    }),
  })
  return { plant, model }
}
