import type { AgentAvailability } from '../agent.ts'
import type { Failure } from '../failures.ts'
import type { AttemptId, TaskId } from '../ids.ts'
import type { Message } from '../message.ts'
import type { Usage } from '../outcome.ts'
import type { EgressAccess } from './egress.ts'
import type { Allowances, ModelUse, Quota } from './model-gateway.ts'

/** What the agent is asked to do. */
export interface AgentOrder {
  readonly taskId: TaskId
  readonly attemptId: AttemptId
  readonly prompt: string
  /** What the task was sent since, oldest first, that the session does not know of. */
  readonly messages: readonly AgentMessage[]
  /** A UUID; the agent's transcript is kept under it. */
  readonly sessionId: string
  /** Absent: the session begins. Only for an executor that can resume. */
  readonly resume?: SessionToResume | undefined
  readonly model: string | undefined
  /** Wall-clock limit, in milliseconds. */
  readonly timeoutMs: number
  readonly budgetMicroUsd: number | undefined
  /** Of the day's budget; absent when there is none. */
  readonly allowances?: Allowances | undefined
}

/** A session of an earlier agent, to be gone on with. */
export interface SessionToResume {
  /** On the worker's disk. */
  readonly transcriptFile: string
  /** Number of the last message that it tells of. */
  readonly heard: number
  /** `interrupted`: in the middle of this task. `followed-up`: it had ended, and the prompt is a new one. */
  readonly why: 'interrupted' | 'followed-up'
}

/** A moment at which no tool is at work, and the transcript tells of all that were. */
export interface SessionMoment {
  /** Its first so many bytes are those of this moment; more come after. */
  readonly transcript: { readonly file: string; readonly sizeBytes: number }
  /** Number of the last message that it tells of; 0: of none. */
  readonly heard: number
  /** Asks the agent whether no tool has begun since. */
  isStill(): Promise<boolean>
  /** The agent has ended. */
  readonly isLast?: boolean
}

/** Something that a person has to say to the agent. */
export type AgentMessage = Pick<Message, 'number' | 'text' | 'receivedAt'>

/** Where the agent runs. */
export interface AgentContext {
  /** Its working directory; the only place where it should write. */
  readonly workspacePath: string
  /** A private, existing directory for its home and configuration. */
  readonly homePath: string
  /** What else it may read of the host: objects that its repository borrows. */
  readonly readOnlyPaths?: readonly string[]
  /** Its way out, when it is shut in; undefined: none. */
  readonly egress?: Pick<EgressAccess, 'socket' | 'env'> | undefined
  /** Where to keep the transcript of the session, which may be there up to now; absent: it is not kept. */
  readonly transcriptPath?: string | undefined
  /** Aborted to stop the agent: its whole process tree is gone when `run` returns. */
  readonly signal: AbortSignal
  /** What the task is sent meanwhile; for an executor without the capability `steer`, it ends at once. To be read once. */
  readonly messages: AsyncIterable<AgentMessage>
}

export type AgentEvent =
  | { readonly type: 'started'; readonly pid: number }
  /** The agent's own name for itself, once it has said it. */
  | { readonly type: 'ready'; readonly model: string; readonly version: string }
  /** Readable text, to be appended to the task's output as it is. */
  | { readonly type: 'output'; readonly text: string }
  /** What the agent is doing, in one short line: `Bash: pnpm test`. */
  | { readonly type: 'acted'; readonly action: string }
  /** The agent has been given the message of that number: it is part of what it works on. */
  | { readonly type: 'heard'; readonly number: number }
  /** What it used of its model since this was last told, and what it cost from its start. */
  | {
      readonly type: 'used'
      readonly uses: readonly ModelUse[]
      readonly costMicroUsd: number
      readonly quota: Quota | undefined
    }
  /** Work and session can be kept as they are now. */
  | { readonly type: 'at-rest'; readonly moment: SessionMoment }
  /** Something that a person should know although it need not end the attempt. */
  | { readonly type: 'warned'; readonly message: string }

export type AgentOutcome =
  | {
      readonly kind: 'succeeded'
      /** The agent's final text, whole. */
      readonly answer: string
      readonly warnings: readonly string[]
      readonly usage: Usage
    }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      readonly usage: Usage
      /** Before when no agent can do better: a quota is reset then. */
      readonly until?: Date
    }
  /** The session that it was to resume is not to be gone on with, and nothing was done. */
  | { readonly kind: 'unresumable'; readonly message: string; readonly usage: Usage }
  /** Stopped by the context's signal. */
  | { readonly kind: 'stopped'; readonly usage: Usage }

/** What an executor's agents can do beyond being run: data, so that whoever needs it can ask before. */
export interface ExecutorCapabilities {
  /** Can go on with the session of an earlier attempt. */
  readonly resume: boolean
  /** Can be told more while it runs: then it is given what `context.messages` brings. */
  readonly steer: boolean
  /** Tells what it used of the model; otherwise the usage of its outcomes is zero, whatever it cost. */
  readonly usage: boolean
  /** Can be held to a JSON schema that its answer has to fit. */
  readonly jsonSchema: boolean
}

/** Runs an agent once. Every ending of the agent is a value, never an exception. */
export interface Executor {
  /** Name by which orders choose it. */
  readonly name: string
  /**
   * Whether a thought gets a git workspace, to be committed with its answer. Without one it runs in
   * an empty directory that goes with it, and leaves its output and a summary alone. A task with a
   * project gets its workspace, and its commit, in any case.
   */
  readonly needsWorkspace: boolean
  readonly capabilities: ExecutorCapabilities
  /** Whether it could run an agent now. */
  probe(): Promise<AgentAvailability>
  /**
   * Whether the provider takes its credential, asked at no cost. Only for one that a run has shown to be
   * refused. undefined: that cannot be told.
   */
  isAccepted?(): Promise<boolean | undefined>
  /**
   * Starts the agent when first asked for an event; it advances no faster than its events are taken.
   * Ending the iteration early stops the agent.
   */
  run(order: AgentOrder, context: AgentContext): AsyncGenerator<AgentEvent, AgentOutcome, undefined>
}

/** The executors of one worker: no two of one name. Iterated, they come in the order of its list. */
export interface ExecutorRegistry extends Iterable<Executor> {
  /** @returns undefined when the worker has none of that name. */
  find(name: string): Executor | undefined
}
