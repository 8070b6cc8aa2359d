/** The port of the proxy inside: below those that systems give out, and nobody's. */
export const EGRESS_PORT = 28_128
export const LOCAL_URL: string = `http://127.0.0.1:${EGRESS_PORT}`

/** Where packages are read from. */
export type RegistryName = 'npm' | 'pypi' | 'pypi-files'

/** Addresses of registries by their names. */
export type RegistryUrls = Readonly<Record<RegistryName, string>>

export const DEFAULT_REGISTRIES: RegistryUrls = {
  npm: 'https://registry.npmjs.org',
  pypi: 'https://pypi.org',
  'pypi-files': 'https://files.pythonhosted.org',
}

/**
 * Below which path of the proxy each is. That of npm has the root: npm itself replaces the host of an
 * address by that of its registry, and drops the path. No package has a name that begins with `_`.
 */
const PREFIXES: Readonly<Record<RegistryName, string>> = {
  'pypi-files': '/_pypi-files',
  pypi: '/_pypi',
  npm: '',
}

const NAMES = ['pypi-files', 'pypi', 'npm'] as const

/** What programs inside are told. */
export const REGISTRY_VARIABLES: Readonly<Record<string, string>> = {
  npm_config_registry: `${LOCAL_URL}/`,
  // They would ask with POST, which is refused.
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  YARN_REGISTRY: LOCAL_URL,
  YARN_NPM_REGISTRY_SERVER: LOCAL_URL,
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  PIP_INDEX_URL: `${LOCAL_URL}/_pypi/simple/`,
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  UV_DEFAULT_INDEX: `${LOCAL_URL}/_pypi/simple/`,
}

export interface RegistryRequest {
  readonly name: RegistryName
  /** From its root on, with the query. */
  readonly path: string
}

/**
 * Which registry a path of the proxy is of.
 *
 * @returns undefined for one that is none, or could lead out of what the registry's address allows.
 */
export function registryRequest(path: string): RegistryRequest | undefined {
  if (!/^\/[\u0021-\u007e]*$/.test(path) || /[\\#]/.test(path) || climbs(path)) return undefined
  const name = NAMES.find((one) => path.startsWith(`${PREFIXES[one]}/`))
  return name && { name, path: path.slice(PREFIXES[name].length) }
}

/** Whether a server could take a part of it for the folder above. */
function climbs(path: string): boolean {
  const [location = ''] = path.split('?')
  try {
    return decodeURIComponent(location)
      .split(/[/\\]/)
      .some((part) => part === '..' || part === '.' || /%2e|%2f|%5c/i.test(part))
  } catch {
    return true
  }
}

/** What stands for what in the answers of registries, so that addresses in them lead here. */
export function replacements(urls: RegistryUrls): readonly (readonly [from: string, to: string])[] {
  const pairs = NAMES.map((name) => [`${urls[name]}/`, `${LOCAL_URL}${PREFIXES[name]}/`] as const)
  // The longer first, for one may lie below another.
  return pairs.toSorted(([a], [b]) => b.length - a.length)
}
