// What a client needs to find a service. Whoever imports only this starts fast: the fields of the
// services are many, and each takes its time to be made.
export { loadConfig, type Environment } from './config.ts'
export { connectionFields } from './connection-fields.ts'
export { readDotenvFile } from './dotenv-file.ts'
export { homeAt, type Home } from './home.ts'
export { readSecret } from './read-secret.ts'
