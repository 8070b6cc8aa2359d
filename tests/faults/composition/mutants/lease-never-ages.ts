import { changingWrites, type Wrapping } from '../ports.ts'

/** The lease clock stands still, so that no lease ever ends. */
export const leaseNeverAges: Wrapping = {
  control: (ports) => {
    const advance = (): void => undefined
    return {
      ...ports,
      store: changingWrites(ports.store, (tx) => ({
        ...tx,
        leaseClock: { ...tx.leaseClock, advance },
      })),
    }
  },
}
