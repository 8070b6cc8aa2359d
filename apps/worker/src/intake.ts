import type { OrderConsumer } from '@sleepless/domain'
import type { Logger } from '@sleepless/runtime'

/** The worker's way to orders: open only while it can run something, so that others get them else. */
export interface Intake extends AsyncDisposable {
  /** To be called when `pool` may have changed. */
  update(): void
  /** For good: what runs goes on. */
  close(): Promise<void>
}

export interface IntakeOptions {
  /** Begins to take the orders of a pool. */
  readonly open: (pool: string) => Promise<OrderConsumer>
  /** Whose orders it can run at present; undefined: nobody's. */
  readonly pool: () => string | undefined
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

const RETRY_MS = 5000

/** @throws what `open` throws, if the worker is able from the start. */
export async function openIntake({ open, pool, logger }: IntakeOptions): Promise<Intake> {
  let taking: { readonly pool: string; readonly consumer: OrderConsumer } | undefined
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  async function adjust(): Promise<void> {
    const wanted = isClosed ? undefined : pool()
    if (wanted === taking?.pool) return
    await letGo()
    if (wanted !== undefined) taking = { pool: wanted, consumer: await open(wanted) }
    if (!isClosed) {
      logger.info(
        { isTaking: wanted !== undefined, pool: wanted },
        'orders are taken, or no longer',
      )
    }
  }

  /** What it has brought goes on running. A new one is opened when there is need for it again. */
  async function letGo(): Promise<void> {
    const before = taking?.consumer
    taking = undefined
    await before?.pause()
    await before?.[Symbol.asyncDispose]()
  }

  // One after the other: what is said last holds.
  let turn = adjust()
  await turn

  function update(): void {
    turn = turn.then(adjust).catch((error: unknown) => {
      logger.warn({ err: error }, 'orders could not be asked for')
      clearTimeout(timer)
      timer = setTimeout(update, RETRY_MS)
      timer.unref()
    })
  }

  return {
    update,
    async close() {
      isClosed = true
      clearTimeout(timer)
      update()
      await turn
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearTimeout(timer)
      await turn.catch(() => undefined)
      await letGo()
    },
  }
}
