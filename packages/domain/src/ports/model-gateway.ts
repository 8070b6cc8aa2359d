import type { AttemptId } from '../ids.ts'
import type { Usage } from '../outcome.ts'

/** What the model provider knows an account by. */
export interface Credential {
  readonly kind: 'api-key' | 'oauth-token'
  readonly value: string
}

/** What requests to one model used. */
export interface ModelUse extends Usage {
  /** As the provider names it. */
  readonly model: string
  readonly requests: number
  /** Of the prompt, taken from the provider's cache. Not among `inputTokens`. */
  readonly cacheReadTokens: number
  /** Of the prompt, put into it. Not among `inputTokens`. */
  readonly cacheWriteTokens: number
}

/** How much of one allowance of the account is used up. */
export interface QuotaWindow {
  /** Such as `5h`, `7d` or `requests`. */
  readonly name: string
  /** From 0 to 1, or more; undefined where the provider does not say. */
  readonly utilization: number | undefined
  readonly resetsAt: Date | undefined
}

/** What the provider last said of the account's limits. */
export interface Quota {
  /** Tells accounts apart without telling anything of their credentials. */
  readonly credentialId: string
  /** Whether requests are refused until a window is reset. */
  readonly isExhausted: boolean
  /** When the provider takes requests again, as far as it says. */
  readonly resetsAt: Date | undefined
  readonly windows: readonly QuotaWindow[]
}

/** What an attempt may spend of a day's budget, counted from the attempt's start. */
export interface Allowance {
  readonly totalMicroUsd: number
  /** No request is begun later: another day has another budget. */
  readonly validUntil: Date
  /** When there may be enough for what was asked for; undefined: never, or there is. */
  readonly nextChanceAt: Date | undefined
}

/** Whoever gives attempts their allowances. */
export interface Allowances {
  readonly first: Allowance
  /**
   * Asks for so much, from the attempt's start, or whether what there is still holds.
   *
   * @throws when nobody answers, or the attempt has passed on.
   */
  enlarge(neededMicroUsd: number): Promise<Allowance>
}

export interface ModelAccessRequest {
  readonly attemptId: AttemptId
  /** No request is passed on once so much is spent. undefined: no limit. */
  readonly budgetMicroUsd: number | undefined
  /** No request is passed on that could cost more than is allowed. Absent: the day has no budget. */
  readonly allowances?: Allowances | undefined
  /** A socket for an agent without a network; else a port of the loopback address. */
  readonly over: 'socket' | 'port'
}

/** The way of one attempt to the model. Disposing closes it, and whatever is on its way. */
export interface ModelAccess extends AsyncDisposable {
  /** For `ANTHROPIC_BASE_URL`; over a socket, a name that stands for it. */
  readonly url: string
  readonly socketPath: string | undefined
  /** Made up, of the kind of the real one, and good for this attempt alone. */
  readonly credential: Credential
  /** What it used so far. */
  usage(): Usage
  /** What was used since this was last asked for, by model. */
  takeUse(): readonly ModelUse[]
  /** Whether a request was refused because the budget is spent. */
  isBudgetSpent(): boolean
  /** Set once a request was refused for the day's budget: when there may be enough for it. */
  heldUntil(): Date | undefined
  /** As the last answer that says anything of it has it. */
  quota(): Quota | undefined
  /** Takes the real credential, and the made-up one, out of a text. */
  redact(text: string): string
}

/** The worker's own proxy before the model provider: it alone holds the credential. */
export interface ModelGateway extends AsyncDisposable {
  /** Whether there is a credential to put on requests. */
  hasCredential(): boolean
  /** Whether the provider takes it, asked at no cost. undefined: that cannot be told. */
  isAccepted(): Promise<boolean | undefined>
  /** @throws when nothing can listen there. */
  open(request: ModelAccessRequest): Promise<ModelAccess>
}
