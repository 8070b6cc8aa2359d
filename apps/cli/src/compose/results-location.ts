import type { Home } from '@sleepless/runtime'
import type { ResultsLocation } from '@sleepless/storage'

/**
 * Where results are kept.
 *
 * @param url `s3://bucket?region=…&endpoint=…`, already checked; undefined for the home's directory.
 */
export function resultsLocation(home: Home, url: string | undefined): ResultsLocation {
  if (url === undefined) return { kind: 'directory', path: home.resultsPath }
  const { hostname, searchParams } = new URL(url)
  return {
    kind: 's3',
    bucket: hostname,
    region: searchParams.get('region') ?? 'us-east-1',
    endpoint: searchParams.get('endpoint') ?? undefined,
  }
}
