type Cleared<Fields> = { [Key in keyof Fields]: Exclude<Fields[Key], null> | undefined }

/** The fields that a body names, with undefined where it says null: those are to be cleared. */
export function cleared<Fields extends object>(body: Fields): Cleared<Fields> {
  const named = Object.entries(body).filter(([, value]) => value !== undefined)
  const fields = named.map(([name, value]: [string, unknown]) => [name, value ?? undefined])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys, without null
  return Object.fromEntries(fields) as Cleared<Fields>
}
