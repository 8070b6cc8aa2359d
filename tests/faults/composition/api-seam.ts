import { createApi as createShippedApi, type Api, type ApiOptions } from '@sleepless/api'

import { wrapControl } from './wrappings.ts'

export * from '@sleepless/api'

/** The shipped api, on wrapped ports. */
export function createApi(options: ApiOptions): Promise<Api> {
  return createShippedApi({ ...options, ...wrapControl('api', options) })
}
