/** How many bytes may still pass, both ways together. */
export interface Allowance {
  /** @returns whether these were still within it. */
  take(bytes: number): boolean
}

export function createAllowance(bytes: number): Allowance {
  let left = bytes
  return {
    take(taken) {
      left -= taken
      return left >= 0
    },
  }
}
