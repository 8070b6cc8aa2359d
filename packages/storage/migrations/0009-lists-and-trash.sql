-- Since when a task is in the trash, and when its texts and files were done away with.
ALTER TABLE tasks ADD COLUMN trashed_at INTEGER;
ALTER TABLE tasks ADD COLUMN purged_at INTEGER;

-- Every list is merged out of few runs of one of these, newest first, whatever it asks for. A task that
-- has a project is serious and any other a thought, so that no index needs both. What the index is limited
-- to is in it as well: otherwise SQLite would look at each row for it.
DROP INDEX tasks_by_status;
DROP INDEX tasks_by_kind;
DROP INDEX tasks_by_project;
CREATE INDEX tasks_listed ON tasks (kind, status, id, trashed_at) WHERE trashed_at IS NULL;
CREATE INDEX tasks_of_project ON tasks (project, status, id, trashed_at)
  WHERE project IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX tasks_of_parent ON tasks (parent, status, id, trashed_at)
  WHERE parent IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX tasks_following ON tasks (follow_up_of, status, id, trashed_at)
  WHERE follow_up_of IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX tasks_trashed ON tasks (trashed_at, id, purged_at)
  WHERE trashed_at IS NOT NULL AND purged_at IS NULL;

-- Tasks that were purged and whose files may still be there. The row is written with the purge and goes
-- after the files, so that a crash in between leaves nothing behind.
CREATE TABLE files_to_remove (
  task_id TEXT PRIMARY KEY REFERENCES tasks (id)
) STRICT, WITHOUT ROWID;

-- A project that was removed keeps its row: its tasks keep its name.
ALTER TABLE projects ADD COLUMN removed_at INTEGER;
