-- What each day has cost, in UTC. It holds up the day's budget: of an attempt that was lost, all that it was
-- allowed counts as spent.
CREATE TABLE day_spending (
  day TEXT PRIMARY KEY,
  spent_micro_usd INTEGER NOT NULL,
  unseen_micro_usd INTEGER NOT NULL,
  exhausted_at INTEGER
) STRICT, WITHOUT ROWID;

-- What attempts that run may spend of the day's budget, counted from their start. The row goes with the attempt.
CREATE TABLE allowances (
  attempt_id TEXT PRIMARY KEY REFERENCES attempts (id),
  total_micro_usd INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What models did, for people: by day, project ('' for thoughts) and model.
CREATE TABLE day_uses (
  day TEXT NOT NULL,
  project TEXT NOT NULL,
  model TEXT NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (day, project, model)
) STRICT, WITHOUT ROWID;

-- What the provider last said of each account. The name of one tells nothing of its credential.
CREATE TABLE quotas (
  credential_id TEXT PRIMARY KEY,
  is_exhausted INTEGER NOT NULL,
  resets_at INTEGER,
  windows TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX quotas_exhausted ON quotas (credential_id, resets_at) WHERE is_exhausted = 1;

-- The account that each worker used last.
CREATE TABLE worker_accounts (
  worker_id TEXT PRIMARY KEY,
  credential_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX worker_accounts_by_credential ON worker_accounts (credential_id);
