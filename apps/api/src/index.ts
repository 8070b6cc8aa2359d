export { apiConfig, type ApiConfig } from './config.ts'
export { createApi, type Api, type ApiOptions } from './create-api.ts'
export type { ApiTokens } from './deps.ts'
export type { HttpOptions } from './http-options.ts'
