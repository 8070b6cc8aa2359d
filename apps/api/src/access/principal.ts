import type { Actor, Scope } from '@sleepless/domain'

/** Whoever a request comes from, as its secret says. */
export interface Principal {
  /** On whose behalf it is: a session acts for the token that it was opened with. */
  readonly actor: Actor
  readonly scopes: readonly Scope[]
  /** When the secret ends; undefined when it does not. */
  readonly expiresAt: Date | undefined
  /** Of a browser, which sends its cookie whoever makes it do so. */
  readonly session: Session | undefined
}

export interface Session {
  readonly id: string
  /** What a page of ours knows, and a page of others does not. */
  readonly csrfToken: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token needs for the route; `any`: nothing else; `none`: there need not even be a token. */
    readonly scope?: Scope | 'any' | 'none'
  }
  interface FastifyRequest {
    /** Not to be read in routes of scope `none`. */
    principal: Principal
  }
}
