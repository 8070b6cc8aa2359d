-- The words of tasks, as the program divides and folds them; the texts themselves are where they were.
CREATE VIRTUAL TABLE task_search USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  detail = none,
  -- Beginnings of these lengths are looked up like words; others would cost more the more tasks there are.
  prefix = '3 5',
  tokenize = "unicode61 remove_diacritics 2"
);

-- Larger numbers for later tasks, so that the newest matches are found first, without sorting.
CREATE TABLE searched_tasks (
  number INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL UNIQUE
) STRICT;

-- How far the index has come: events are taken up in their order, and tasks from before there was an
-- index from the newest of them to the oldest.
CREATE TABLE search_progress (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  after_event INTEGER NOT NULL,
  -- Absent when all old ones are in.
  old_before TEXT
) STRICT;
INSERT INTO search_progress VALUES (
  1,
  coalesce((SELECT max(id) FROM events), 0),
  (SELECT max(id) || '~' FROM tasks)
);
