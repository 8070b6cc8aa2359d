CREATE TABLE projects (
  name TEXT PRIMARY KEY,
  remote TEXT NOT NULL,
  default_branch TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('thought', 'serious')),
  project TEXT REFERENCES projects (name),
  prompt TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled')),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 100),
  model TEXT,
  timeout_ms INTEGER NOT NULL,
  budget_micro_usd INTEGER,
  requester TEXT,
  metadata TEXT,
  attempts INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  due_at INTEGER,
  due_reason TEXT,
  open_attempt_id TEXT,
  cancel_requested_at INTEGER,
  result TEXT,
  failure TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT;

-- What may start now, in the order in which it starts. Tasks that wait for a moment are in the
-- second index instead, so that nothing is filtered while scanning.
CREATE INDEX tasks_ready ON tasks (priority DESC, id)
  WHERE status = 'queued' AND open_attempt_id IS NULL AND due_at IS NULL;
CREATE INDEX tasks_due ON tasks (due_at) WHERE status = 'queued' AND due_at IS NOT NULL;
CREATE INDEX tasks_by_status ON tasks (status, id);
CREATE INDEX tasks_by_kind ON tasks (kind, id);
CREATE INDEX tasks_by_project ON tasks (project, id);

CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL REFERENCES tasks (id),
  number INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (
    status IN
      ('dispatched', 'running', 'succeeded', 'failed', 'canceled', 'interrupted', 'lost', 'expired')
  ),
  fence INTEGER NOT NULL,
  worker_id TEXT,
  session_id TEXT,
  output_bytes INTEGER NOT NULL,
  report_seq INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  failure TEXT,
  dispatched_at INTEGER NOT NULL,
  claimed_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  lease_expires_tick INTEGER,
  UNIQUE (task_id, number)
) STRICT;

-- A task never has two attempts that could both write its outcome.
CREATE UNIQUE INDEX attempts_open ON attempts (task_id) WHERE status IN ('dispatched', 'running');
CREATE INDEX attempts_dispatched ON attempts (dispatched_at) WHERE status = 'dispatched';
CREATE INDEX attempts_running ON attempts (lease_expires_tick) WHERE status = 'running';
CREATE INDEX attempts_on_worker ON attempts (worker_id) WHERE status = 'running';

-- Each row carries the hash of its content and of the hash before, so that no row can be changed
-- or taken out unnoticed.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  task_id TEXT,
  attempt_id TEXT,
  data TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_task ON events (task_id, id) WHERE task_id IS NOT NULL;

CREATE TABLE workers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('online', 'draining', 'lost', 'left')),
  concurrency INTEGER NOT NULL,
  labels TEXT NOT NULL,
  agent TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  lease_expires_tick INTEGER NOT NULL
) STRICT;
CREATE INDEX workers_present ON workers (lease_expires_tick) WHERE status IN ('online', 'draining');

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE effects (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  task_id TEXT,
  begun_at INTEGER NOT NULL,
  completed_at INTEGER,
  result TEXT
) STRICT;

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  subject TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (at);

-- Counts the milliseconds during which the control plane was up; leases are measured on it.
CREATE TABLE lease_clock (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  now_ms INTEGER NOT NULL
) STRICT;
INSERT INTO lease_clock VALUES (1, 0);
