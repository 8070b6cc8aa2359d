import { DomainError } from './errors.ts'

export class TokenNotFoundError extends DomainError {
  override readonly name = 'TokenNotFoundError'
  readonly code = 'TOKEN_NOT_FOUND'

  constructor(id: string) {
    super(`there is no token ${id} in use`)
  }
}

/** Two tokens of one name could not be told apart in lists and logs. */
export class TokenExistsError extends DomainError {
  override readonly name = 'TokenExistsError'
  readonly code = 'TOKEN_EXISTS'

  constructor(name: string) {
    super(`a token named ${JSON.stringify(name)} is in use; revoke it, or rotate it`)
  }
}

/** The request was answered before, with a secret that nobody has kept. */
export class SecretShownError extends DomainError {
  override readonly name = 'SecretShownError'
  readonly code = 'SECRET_SHOWN'

  constructor(id: string) {
    super(`this request made ${id} before, and its secret is shown once: rotate or revoke it`)
  }
}

/** The secret of a link opens one session, and soon after nothing. */
export class LoginVoidError extends DomainError {
  override readonly name = 'LoginVoidError'
  readonly code = 'LOGIN_VOID'

  constructor() {
    super('the link was used, or is too old; ask for another with: sleepless login')
  }
}
