export { createBranches } from './branches.ts'
export type { WorkspacesOptions } from './host-git.ts'
export { probeGit, type GitProbe, type ProbeGitOptions } from './probe-git.ts'
export { createWorkspaces } from './workspaces.ts'
