type Clearable<Patch> = {
  [Key in keyof Patch]: undefined extends Required<Patch>[Key]
    ? Exclude<Patch[Key], undefined> | null
    : Patch[Key]
}

/** The query builder skips `undefined`; a patch means "clear the field" by it, which SQL calls NULL. */
export function clearable<Patch extends object>(patch: Patch): Clearable<Patch> {
  const entries = Object.entries(patch).map(([key, value]: [string, unknown]) => [
    key,
    value ?? null,
  ])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys, with null for undefined
  return Object.fromEntries(entries) as Clearable<Patch>
}
