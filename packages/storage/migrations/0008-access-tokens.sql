-- Who may use the service. The secrets are kept nowhere: what is shown is looked up by its hash.
CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind = 'token' OR kind = 'login' OR kind = 'session'),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE UNIQUE INDEX access_tokens_by_name ON access_tokens (name)
  WHERE kind = 'token' AND revoked_at IS NULL;
CREATE INDEX access_tokens_to_forget ON access_tokens (expires_at) WHERE kind <> 'token';
