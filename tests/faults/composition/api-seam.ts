import { createApi as createShippedApi, type Api, type ApiOptions } from '@sleepless/api'

import { checkingSerializer } from '../../../apps/api/src/test-kit/checking-serializer.ts'
import { wrapControl } from './wrappings.ts'

export * from '@sleepless/api'

/** The shipped api, on wrapped ports; whatever it answers is checked. */
export function createApi(options: ApiOptions): Promise<Api> {
  return createShippedApi({
    ...options,
    ...wrapControl('api', options),
    serializer: checkingSerializer,
  })
}
