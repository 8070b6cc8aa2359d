/** Shows whether the leader of a term still lives: its process holds a lock that ends with it. */
export interface LeadLocks {
  /** @returns undefined while a process that lives holds it. Disposing gives it back. */
  tryLock(term: number): Disposable | undefined
  /** Takes away what is left of the lock of a term that is over. */
  remove(term: number): void
}
