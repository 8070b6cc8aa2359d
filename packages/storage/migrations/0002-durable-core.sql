-- Tasks that every shared gate answers alike: the same project, executor and labels. What may start
-- next is the best of the partitions' heads, so no gate is ever asked about each task.
CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  -- [project or null, executor, [labels]] as JSON
  key TEXT NOT NULL UNIQUE
) STRICT;

ALTER TABLE tasks ADD COLUMN executor TEXT NOT NULL DEFAULT 'claude';
ALTER TABLE tasks ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tasks ADD COLUMN partition INTEGER REFERENCES partitions (id);
-- Smaller starts first. It never changes: waiting raises every task alike.
ALTER TABLE tasks ADD COLUMN sort_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN deadline INTEGER;
ALTER TABLE tasks ADD COLUMN on_dependency_failure TEXT NOT NULL DEFAULT 'fail'
  CHECK (on_dependency_failure IN ('fail', 'skip', 'run'));
-- How many of the tasks that it depends on have not released it yet.
ALTER TABLE tasks ADD COLUMN blockers INTEGER NOT NULL DEFAULT 0 CHECK (blockers >= 0);
ALTER TABLE tasks ADD COLUMN follow_up_of TEXT REFERENCES tasks (id);
ALTER TABLE tasks ADD COLUMN parent TEXT REFERENCES tasks (id);

INSERT INTO partitions (key)
  SELECT DISTINCT json_array(project, 'claude', json('[]')) FROM tasks;
UPDATE tasks SET
  sort_key = created_at - priority * 300000,
  partition = (
    SELECT partitions.id FROM partitions
    WHERE partitions.key = json_array(tasks.project, 'claude', json('[]'))
  );

DROP INDEX tasks_ready;
CREATE INDEX tasks_ready ON tasks (partition, sort_key, id)
  WHERE status = 'queued' AND open_attempt_id IS NULL AND due_at IS NULL AND blockers = 0;
CREATE INDEX tasks_deadline ON tasks (deadline)
  WHERE deadline IS NOT NULL AND status IN ('queued', 'waiting');

CREATE TABLE dependencies (
  task_id TEXT NOT NULL REFERENCES tasks (id),
  depends_on TEXT NOT NULL REFERENCES tasks (id),
  -- How that one ended, once the dependent was told; absent while it is a blocker.
  outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'canceled')),
  PRIMARY KEY (task_id, depends_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_open ON dependencies (depends_on, task_id) WHERE outcome IS NULL;

-- Tasks that have ended, and whose dependents have not all been told.
CREATE TABLE ended_dependencies (
  task_id TEXT PRIMARY KEY REFERENCES tasks (id)
) STRICT, WITHOUT ROWID;

ALTER TABLE attempts ADD COLUMN pool TEXT NOT NULL DEFAULT '';
-- On the lease clock: an order ages only while somebody could have claimed it.
ALTER TABLE attempts ADD COLUMN dispatched_tick INTEGER NOT NULL DEFAULT 0;
-- What another worker needs to go on from here, as JSON.
ALTER TABLE attempts ADD COLUMN checkpoint TEXT;
DROP INDEX attempts_dispatched;
CREATE INDEX attempts_dispatched ON attempts (dispatched_tick) WHERE status = 'dispatched';

-- What each executor of a worker can do at present, by the executor's name.
ALTER TABLE workers RENAME COLUMN agent TO executors;
UPDATE workers SET executors = json_object('claude', json(executors));
ALTER TABLE workers ADD COLUMN pool TEXT NOT NULL DEFAULT '';
-- What the worker's machine is short of, as JSON; absent when of nothing.
ALTER TABLE workers ADD COLUMN shortage TEXT;

ALTER TABLE projects ADD COLUMN concurrency INTEGER CHECK (concurrency > 0);
CREATE INDEX projects_limited ON projects (name, concurrency) WHERE concurrency IS NOT NULL;

ALTER TABLE effects ADD COLUMN attempt_id TEXT REFERENCES attempts (id);
-- What is about to be done, as JSON: enough to find out whether it was done.
ALTER TABLE effects ADD COLUMN intent TEXT;

-- Who may act alone in a role: the scheduler that decides. Expiry is on the lease clock.
CREATE TABLE leaders (
  role TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  -- Grows with each change of the holder.
  term INTEGER NOT NULL,
  since INTEGER NOT NULL,
  expires_tick INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
