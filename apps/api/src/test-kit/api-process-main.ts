import { createApi } from '../create-api.ts'
import { openControlPlane } from './control-plane.ts'

// A service of its own, for tests that kill it: the home as argument, the address on standard output.
const [, , home = ''] = process.argv
const plane = await openControlPlane({ home })
const { url } = await createApi({ ...plane, host: '127.0.0.1', port: 0 })
process.stdout.write(`${url}\n`)
