import type { CliCommand } from './cli-command.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  load(): Promise<CliCommand>
}

/** What there is to call, in the order of the help. Only names and summaries are loaded for all: what
 * a worker does not need would make each start of an agent dearer. */
export const commandEntries: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'run the whole service in this process',
    load: async () => (await import('./commands/up.ts')).upCommand,
  },
  {
    name: 'demo',
    summary: 'run one task from end to end, without an account',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  {
    name: 'doctor',
    summary: 'look for what keeps the service from working, and say what to do',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'think',
    summary: 'submit a task',
    load: async () => (await import('./commands/think.ts')).thinkCommand,
  },
  {
    name: 'check',
    summary: 'see what runs, what waits and why, and what ended last',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'list',
    summary: 'list tasks, by status, project, time or words',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'show',
    summary: 'see one task with its attempts and its result',
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  {
    name: 'logs',
    summary: 'print what the agent has said and done',
    load: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  {
    name: 'send',
    summary: 'say something to the agent of a task',
    load: async () => (await import('./commands/send.ts')).sendCommand,
  },
  {
    name: 'cancel',
    summary: 'stop a task',
    load: async () => (await import('./commands/cancel.ts')).cancelCommand,
  },
  {
    name: 'why',
    summary: 'see what a task waits for, and its place in the queue',
    load: async () => (await import('./commands/why.ts')).whyCommand,
  },
  {
    name: 'retry',
    summary: 'submit a task that has ended once more',
    load: async () => (await import('./commands/retry.ts')).retryCommand,
  },
  {
    name: 'pause',
    summary: 'start nothing more, for the time being',
    load: async () => (await import('./commands/pause.ts')).pauseCommand,
  },
  {
    name: 'resume',
    summary: 'start tasks again',
    load: async () => (await import('./commands/pause.ts')).resumeCommand,
  },
  {
    name: 'estop',
    summary: 'stop all agents at once, and start nothing more',
    load: async () => (await import('./commands/estop.ts')).estopCommand,
  },
  {
    name: 'report',
    summary: 'see what came of a task, or of a day',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  {
    name: 'workers',
    summary: 'list the workers, and let one take nothing new',
    load: async () => (await import('./commands/workers.ts')).workersCommand,
  },
  {
    name: 'usage',
    summary: 'see what was spent, what is left, and the quota of accounts',
    load: async () => (await import('./commands/usage.ts')).usageCommand,
  },
  {
    name: 'projects',
    summary: 'list, add, change and remove the repositories that tasks work on',
    load: async () => (await import('./commands/projects.ts')).projectsCommand,
  },
  {
    name: 'login',
    summary: 'get a link that signs a browser in',
    load: async () => (await import('./commands/login.ts')).loginCommand,
  },
  {
    name: 'tokens',
    summary: 'list, make, replace and revoke the tokens of people and programs',
    load: async () => (await import('./commands/tokens/tokens.ts')).tokensCommand,
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete these commands',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
  {
    name: 'config',
    summary: 'see and change what can be set while the service runs',
    load: async () => (await import('./commands/config.ts')).configCommand,
  },
  {
    name: 'trash',
    summary: 'put tasks away, take them back, and do away with them',
    load: async () => (await import('./commands/trash.ts')).trashCommand,
  },
  {
    name: 'backup',
    summary: 'copy the database while the service runs, and verify the copy',
    load: async () => (await import('./commands/backup.ts')).backupCommand,
  },
  {
    name: 'restore',
    summary: 'put a backup in the place of the database',
    load: async () => (await import('./commands/restore.ts')).restoreCommand,
  },
  {
    name: 'api',
    summary: 'run the HTTP service alone',
    load: async () => (await import('./commands/services/api.ts')).apiCommand,
  },
  {
    name: 'scheduler',
    summary: 'run the scheduler alone',
    load: async () => (await import('./commands/services/scheduler.ts')).schedulerCommand,
  },
  {
    name: 'worker',
    summary: 'run one worker',
    load: async () => (await import('./commands/services/worker.ts')).workerCommand,
  },
  {
    name: 'slack',
    summary: 'run the Slack gateway',
    load: async () => (await import('./commands/services/slack.ts')).slackCommand,
  },
]
