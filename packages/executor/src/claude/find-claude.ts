import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The directory of a package whose manifest `resolve` finds. */
function packageDirectory(resolve: () => string): string | undefined {
  try {
    return dirname(resolve())
  } catch {
    return undefined
  }
}

/** Where the pinned package may have its native binary, the likeliest place first. */
function candidates(): readonly string[] {
  const require = createRequire(import.meta.url)
  const wrapper = packageDirectory(() => require.resolve('@anthropic-ai/claude-code/package.json'))
  if (wrapper === undefined) return []
  // The platform's package is complete even where install scripts were not allowed to run.
  const its = createRequire(join(wrapper, 'package.json'))
  const platform = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`
  const native = [platform, `${platform}-musl`].flatMap((name) => {
    const directory = packageDirectory(() => its.resolve(`${name}/package.json`))
    return directory === undefined ? [] : [join(directory, 'claude')]
  })
  return [...native, join(wrapper, 'bin', 'claude.exe')]
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/**
 * The Claude Code binary.
 *
 * @param binary taken as it is when given; otherwise the pinned npm package is searched.
 * @returns undefined when there is none that could be executed.
 */
export async function findClaude(binary: string | undefined): Promise<string | undefined> {
  for (const path of binary === undefined ? candidates() : [binary]) {
    if (await isExecutable(path)) return path
  }
  return undefined
}
