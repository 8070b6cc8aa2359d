-- What people say to a task after they have submitted it.
CREATE TABLE messages (
  task_id TEXT NOT NULL REFERENCES tasks (id),
  -- From 1 within the task, in the order in which they were accepted.
  number INTEGER NOT NULL CHECK (number > 0),
  text TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  -- The attempt whose agent was given it first; absent until one was.
  attempt_id TEXT REFERENCES attempts (id),
  delivered_at INTEGER,
  PRIMARY KEY (task_id, number),
  CHECK ((attempt_id IS NULL) = (delivered_at IS NULL))
) STRICT;

-- With the task in hand, nobody has to look for messages that are not there.
ALTER TABLE tasks ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN undelivered_messages INTEGER NOT NULL DEFAULT 0
  CHECK (undelivered_messages BETWEEN 0 AND messages);
