export { probeGit, type GitProbe, type ProbeGitOptions } from './probe-git.ts'
export { createWorkspaces, type WorkspacesOptions } from './workspaces.ts'
