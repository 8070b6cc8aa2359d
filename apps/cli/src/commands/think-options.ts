import type { SubmitTaskBody } from '@sleepless/contracts'
import { DEPENDENCY_POLICIES, type DependencyPolicy } from '@sleepless/domain'
import { Option, type Command } from 'commander'

import {
  dollarsOption,
  durationOption,
  eachOption,
  instantOption,
  priorityOption,
} from './option-values.ts'

export interface ThinkOptions {
  readonly project?: string
  readonly file?: string
  readonly priority?: number
  readonly model?: string
  readonly timeout?: number
  readonly budget?: number
  readonly notBefore?: string
  readonly deadline?: string
  readonly dependsOn?: readonly string[]
  readonly onDependencyFailure?: DependencyPolicy
  readonly executor?: string
  readonly label?: readonly string[]
  readonly wait?: true
}

export function addThinkOptions(command: Command): void {
  command
    .option('-p, --project <name>', 'the project to work on; without one it is a thought')
    .option('--file <file>', 'read the prompt from a file')
    .option('--priority <number>', '0 to 100, larger goes first', priorityOption)
    .option('--model <model>', 'such as opus, sonnet or haiku')
    .option('--timeout <duration>', 'limit of each attempt, such as 30m', durationOption)
    .option('--budget <dollars>', 'limit of each attempt', dollarsOption)
    .option('--not-before <date>', 'earliest start, as an ISO date', instantOption)
    .option('--deadline <date>', 'fail if it has not started by then', instantOption)
    .option('--depends-on <id>', 'a task that has to end first; repeatable', eachOption)
    .addOption(
      new Option(
        '--on-dependency-failure <what>',
        'what becomes of it when one of them does not succeed',
      ).choices(DEPENDENCY_POLICIES),
    )
    .option('--executor <name>', 'what runs it: command:<name> for a program of the worker')
    .option('--label <label>', 'what its worker must have; repeatable', eachOption)
    .option('--wait', 'wait until the task has ended')
}

export function submissionOf(prompt: string, options: ThinkOptions): SubmitTaskBody {
  const { project, priority, model, timeout, budget, executor, label } = options
  const { notBefore, deadline, dependsOn, onDependencyFailure } = options
  return {
    prompt,
    ...(project !== undefined && { project }),
    ...(priority !== undefined && { priority }),
    ...(model !== undefined && { model }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(budget !== undefined && { budgetUsd: budget }),
    ...(notBefore !== undefined && { notBefore }),
    ...(deadline !== undefined && { deadline }),
    ...(dependsOn !== undefined && { dependsOn: [...dependsOn] }),
    ...(onDependencyFailure !== undefined && { onDependencyFailure }),
    ...(executor !== undefined && { executor }),
    ...(label !== undefined && { labels: [...label] }),
  }
}
