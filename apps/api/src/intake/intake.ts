import type { Store, Task } from '@sleepless/domain'
import { submit, type EngineDeps, type Idempotency, type Submission } from '@sleepless/engine'

/** Writes submitted tasks down. */
export interface Intake {
  /** Resolves when the task is on disk. Rejects as `submit` of the engine throws. */
  submit(submission: Submission, idempotency: Idempotency | undefined): Promise<Task>
}

/** Writes with the store's own connection, as everything else is. */
export function createDirectIntake(store: Pick<Store, 'write'>, engine: EngineDeps): Intake {
  return {
    submit: (submission, idempotency) =>
      store.write((tx) => submit(tx, engine, submission, idempotency)),
  }
}
