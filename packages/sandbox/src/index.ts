export { createSandbox, type SandboxOptions } from './create-sandbox.ts'
export type { SandboxLimits } from './limits/sandbox-limits.ts'
export { createEgress, type EgressOptions } from './egress/create-egress.ts'
