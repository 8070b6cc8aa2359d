// For health checks, as there is no curl: whether the address given answers with 2xx.
const { ok } = await fetch(process.argv[2], { signal: AbortSignal.timeout(4000) })
process.exitCode = ok ? 0 : 1
