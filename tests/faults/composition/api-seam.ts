import { createApi as createShippedApi, type Api, type ApiOptions } from '@sleepless/api'

import { isChanged, wrapControl } from './wrappings.ts'

export * from '@sleepless/api'

/** The shipped api, on wrapped ports. */
export function createApi(options: ApiOptions): Promise<Api> {
  const { intake, ...ports } = options
  const wrapped = { ...ports, ...wrapControl('api', ports) }
  // The thread that takes tasks in would not come by what is in between.
  return createShippedApi(
    isChanged('api') || intake === undefined ? wrapped : { ...wrapped, intake },
  )
}
